import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CARDS } from '../../../src/contract/cards.ts';
import { type MessageOf, TOPICS, topicPath } from '../../../src/contract/topics.ts';
import { Config, portsOf } from '../../../src/core/config.ts';
import { openPlantClient, type PlantCall } from '../../../src/hal/buses/plant-client.ts';
import { simSocket } from '../../../src/hal/buses/sim-socket.ts';
import type { LinesReport } from '../../../src/hal/sim/outputs.ts';
import { actuate, board, openDevices, pollAll, sleep } from './rig.ts';

const MAIN = new URL('../../../src/hal/sim/main.ts', import.meta.url);
/** Below the ports that the kernel gives to whoever asks for any (32,768 and up). */
let nextPort = 24_000 + (process.pid % 1000) * 8;
const monoMs = () => Number(process.hrtime.bigint()) / 1e6;

interface Started {
  child: ChildProcess;
  sockets: { plant: string; compute: string; broker: string };
  config: Config;
  ask(call: PlantCall): Promise<{ lines?: unknown }>;
  lines(sinceMs?: number): Promise<LinesReport>;
  /** Sends the stop word and gives the exit code. */
  stop(): Promise<number | null>;
}

async function start(overrides: object = {}): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'hm-'));
  const sockets = { plant: join(dir, 'plant.sock'), compute: join(dir, 'c.sock'), broker: join(dir, 'broker.sock') };
  const config = Config.parse({ portBase: nextPort, ...overrides });
  nextPort += 4;
  const child = fork(MAIN, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  child.send({ type: 'start', start: { config, sockets, passwords: { plant: 'secret' } } });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`plant ended with ${code}`)));
  });
  const client = openPlantClient(sockets.plant);
  const ask = (call: PlantCall) => client.ask(call, 10_000, 'test') as Promise<{ lines?: unknown }>;
  return {
    child,
    sockets,
    config,
    ask,
    lines: async (sinceMs) =>
      (await ask({ op: 'lines', ...(sinceMs === undefined ? {} : { sinceMs }) })).lines as LinesReport,
    async stop() {
      await client.close();
      if (child.exitCode === null && child.connected) child.send({ type: 'stop' });
      return exit;
    },
  };
}

/** Runs `body` against a plant process of its own and a control in miniature; both end whatever happens. */
async function withPlant(overrides: object, body: (plant: Started, control: Control) => Promise<void>): Promise<void> {
  const plant = await start(overrides);
  let control: Control | undefined;
  let code: number | null = null;
  try {
    control = await controlOver(plant);
    await body(plant, control);
  } finally {
    await control?.close();
    code = await plant.stop();
  }
  assert.is(code, 0);
}
type Control = Awaited<ReturnType<typeof controlOver>>;

/** Control in miniature: real drivers over the socket, and a dead-man toggle every 100 ms until told to stop. */
async function controlOver(plant: Started) {
  const buses = simSocket({ path: plant.sockets.plant, modbusPort: portsOf(plant.config).plantModbus, monoMs });
  const devices = await openDevices(buses);
  const line = await buses.gpio(board.deadMan.bus).output(board.deadMan.line!, 0);
  let level: 0 | 1 = 0;
  const timer = setInterval(() => {
    level = level === 1 ? 0 : 1;
    line.write(level).catch(() => clearInterval(timer));
  }, 100);
  return {
    devices,
    stopToggling: () => clearInterval(timer),
    close() {
      clearInterval(timer);
      return buses.close();
    },
  };
}

type Polled = Awaited<ReturnType<typeof pollAll>>;

/** Polls until nothing is wrong any more, for ten seconds at the most: another process may be late. */
async function polled(control: Control, wrong: (all: Polled) => string | undefined): Promise<void> {
  const untilMs = monoMs() + 10_000;
  for (;;) {
    const problem = wrong(await pollAll(control.devices));
    if (problem === undefined) return;
    if (monoMs() > untilMs) assert.unreachable(problem);
    await sleep(150);
  }
}

test('without a broker: control reads and drives the plant; the dead-man makes it safe within 500 ms', () =>
  withPlant({ speed: 60 }, async (plant, control) => {
    await sleep(250);
    for (const [name, value] of [
      ['accelSupplyOn', 1],
      ['rejectOn', 0],
      ['accelPumpPct', 40],
      ['circulationPct', 60],
      ['dryCoolerPct', 0],
      ['compressorOn', 1],
      ['compressorPct', 50],
    ] as const) {
      await actuate(control.devices, name, value);
    }
    await polled(control, ({ values, failed }) => {
      if (Object.keys(failed).length > 0) return `failed: ${Object.keys(failed)}`;
      const [powerW, flowLpm] = [values.compressorW!.value, values.accelFlowLpm!.value];
      return powerW > 1000 && flowLpm > 5 ? undefined : `compressor ${powerW} W, flow ${flowLpm}`;
    });
    const tookMs: number[] = [];
    const stoppedAtMs = monoMs();
    control.stopToggling();
    let report = await plant.lines(stoppedAtMs);
    for (let n = 0; n < 100 && report.deadMan !== 'dropped'; n++) {
      await sleep(50);
      report = await plant.lines(stoppedAtMs);
    }
    assert.is(report.deadMan, 'dropped');
    for (const actuator of [
      'compressorOn',
      'accelSupplyOn',
      'accelPumpPct',
      'circulationPct',
      'dryCoolerPct',
      'rejectOn',
    ] as const) {
      const change = report.log.findLast((c) => c.actuator === actuator);
      assert.ok(change, `${actuator} changed`);
      tookMs.push(change.atMs - stoppedAtMs);
    }
    const { compressorOn, accelSupplyOn, accelPumpPct, circulationPct, dryCoolerPct, rejectOn } = report.outputs;
    assert.equal(
      [compressorOn, accelSupplyOn, accelPumpPct, circulationPct, dryCoolerPct, rejectOn],
      [0, 0, 100, 100, 100, 1],
    );
    console.log(`safe ${Math.max(...tookMs).toFixed(0)} ms after the last toggle was due`);
    // 500 ms is the machine's limit, kept in hal-plant.test.ts; here a busy host may keep the plant's process waiting.
    assert.ok(Math.max(...tookMs) <= 2500, `${tookMs}`);
    await polled(control, ({ values }) => (values.compressorW?.value === 0 ? undefined : 'the compressor still runs'));
  }));

test('faults go in and out over the private socket', () =>
  withPlant({}, async (plant, control) => {
    await plant.ask({ op: 'inject', fault: { plant: 'pressureHighOpen' } });
    await plant.ask({ op: 'inject', fault: { device: 'tmpRoom', fault: 'absent' } });
    const state = ({ values, failed }: Polled) => `${values.pressureHighOk?.value} ${Object.keys(failed)}`;
    await polled(control, (all) => (state(all) === '0 tmpRoom' ? undefined : state(all)));
    await plant.ask({ op: 'clear' });
    await polled(control, (all) => (state(all) === '1 ' ? undefined : state(all)));
  }));

/** A broker on the unit's socket that keeps what the plant publishes. */
async function brokerFor(plant: Started) {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((done) => server.listen(plant.sockets.broker, done));
  const truths: MessageOf<'plantTruth'>[] = [];
  const markets: MessageOf<'market'>[] = [];
  broker.on('publish', ({ topic, payload }) => {
    const parse = () => JSON.parse(payload.toString());
    if (topic === topicPath(plant.config.unit, 'plantTruth')) truths.push(TOPICS.plantTruth.schema.parse(parse()));
    if (topic === topicPath(plant.config.unit, 'market')) markets.push(TOPICS.market.schema.parse(parse()));
  });
  const topic = topicPath(plant.config.unit, 'work');
  return {
    truths,
    markets,
    tell(work: MessageOf<'work'>) {
      const payload = JSON.stringify(work);
      broker.publish({ topic, payload, qos: 0, retain: false, cmd: 'publish', dup: false }, () => undefined);
    },
    close: () => new Promise<void>((done) => broker.close(() => server.close(() => done()))),
  };
}

test('with a broker: truth and market are published, and counted tokens become watts', () =>
  withPlant({}, async (plant, control) => {
    const broker = await brokerFor(plant);
    try {
      await actuate(control.devices, 'accelSupplyOn', 1);
      const card = CARDS['rtx3090-8b-q4']!;
      // 600 tokens/s of answers by the clock, however late the messages: 600 x 2.97 J = 1782 W beside the idle draw.
      const wantedW = 600 * card.jPerToken + 14 * card.idleW;
      const startMs = monoMs();
      const met = () => broker.truths.some((t) => Math.abs(t.accelW - wantedW) < 150);
      for (let seq = 1; seq <= 100 && !(met() && broker.markets.length >= 2); seq++) {
        const answerTokens = Math.round(0.6 * (monoMs() - startMs));
        broker.tell({ bootId: 'b', seq, answerTokens, fillerTokens: 0, card: card.id });
        await sleep(200);
      }
      assert.ok(met(), `wanted ${wantedW} W, drew ${broker.truths.map((t) => Math.round(t.accelW))}`);
      const [first, last] = [broker.markets[0]!, broker.markets.at(-1)!];
      assert.ok(first.value.modelled && first.ttlMs === 10_000 && last.seq > first.seq);
    } finally {
      await broker.close();
    }
  }));

test('a real board ends the process with an error instead of half a plant', async () => {
  await start({ board: 'pi4' }).then(
    () => assert.unreachable('started'),
    (error) => assert.match(error.message, 'ended with 1'),
  );
});

test.run();
