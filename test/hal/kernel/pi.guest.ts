import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CARDS } from '../../../src/contract/cards.ts';
import { DEFAULT_SETPOINTS } from '../../../src/contract/messages.ts';
import { SENSOR_NAMES, type SensorName } from '../../../src/contract/points.ts';
import { storedOf } from '../../../src/control/persist.ts';
import { initialState } from '../../../src/control/state.ts';
import { Config } from '../../../src/core/config.ts';
import { ensurePaths, pathsOf } from '../../../src/core/paths.ts';
import { loadBoard } from '../../../src/hal/board.ts';
import { recoverI2c } from '../../../src/hal/buses/i2c-recovery.ts';
import { openLinuxI2c } from '../../../src/hal/buses/linux-i2c.ts';
import type { IoView } from '../../../src/hal/io-server.ts';
import { serveLines } from '../../../src/hal/line-server.ts';
import { createHardware } from '../../../src/hal/sim/hardware.ts';
import { lineSplitter } from '../../../src/hal/sim/json-lines.ts';
import { serveModbus } from '../../../src/hal/sim/modbus-server.ts';
import { ACCEL_SOCKET, MODBUS_PORT, PI_SENSORS, piBoard } from './pi-board.ts';

/**
 * Runs in the emulated Pi, in the supervisor's place: starts the control process as the supervisor does and shows what
 * `heatmine io` would see. Eight temperatures are chips on the Pi's own I2C bus, relays and dead-man are lines of its own
 * pin controller. What QEMU has no device for (module of inputs, drive, meters, accelerator host) stands here, in a process
 * of its own, behind Modbus TCP and a socket.
 */
const SPEED = 120;
/** What the stand-ins measure in a calm house; temperatures of the chips are not theirs. */
const CALM = {
  ...Object.fromEntries(SENSOR_NAMES.map((name) => [name, 0])),
  ...{ hotWaterC: 47, outdoorC: 0, roomC: 20.8, accelChipC: 40, gridW: 500 },
  ...{ pressureHighOk: 1, pressureLowOk: 1, gasOk: 1 },
} as Record<SensorName, number>;
const monoMs = () => performance.now();

/** Takes the adapter's driver off and puts it back, as for a bus that a chip holds; the wires themselves QEMU does not have. */
async function resetAdapter(): Promise<void> {
  const path = '/dev/i2c-1';
  const recover = () => recoverI2c(path, 'i2c1', undefined);
  const read = async () => {
    const i2c = openLinuxI2c({ path, bus: 'i2c1', monoMs, recover });
    const ask = () => i2c.transfer(PI_SENSORS.bufferTopC!, Uint8Array.of(0), 2).catch((e): string[] => [e.message]);
    let answer = await ask();
    // The first transfer of an emulated adapter may take longer than the limit of one.
    for (let tries = 0; tries < 5 && answer.length < 2; tries++) answer = await sleep(200).then(ask);
    await i2c.close();
    return answer.join(' ');
  };
  const before = await read();
  const outcome = await recover().then(
    () => 'reset',
    (e) => e.message,
  );
  console.log(`adapter: ${before}; ${outcome}; ${await read()}`);
}

/** Emulated devices of the board on their real protocols; flows and the compressor follow what is driven. */
async function standIns(file: string, compressorOn: () => number) {
  const board = loadBoard(file);
  const card = CARDS['rtx3090-8b-q4']!;
  const cards = { count: 14, name: card.name, tdpW: card.tdpW };
  const hardware = createHardware({ board, seed: 1, monoMs, cards, sensors: CALM });
  await serveModbus(hardware, MODBUS_PORT);
  await serveLines(
    { path: ACCEL_SOCKET },
    { connections: 2, lineBytes: 4096, unreadBytes: 1 << 18 },
    (peer) => (line) => {
      const { id, ...request } = JSON.parse(line);
      void hardware
        .host('accel')
        .ask(request)
        .then((answer) => peer.send({ ...answer, id }));
    },
  );
  let level: 0 | 1 = 0;
  setInterval(() => {
    level = level === 1 ? 0 : 1;
    // The real chain hangs on the Pi's line; that of the stand-ins is always fed.
    hardware.gpio.write(board.deadMan.bus, board.deadMan.line!, level);
    hardware.advance();
    const { accelPumpPct, circulationPct, compressorPct } = hardware.outputs();
    const on = compressorOn();
    hardware.sense({
      ...CALM,
      accelFlowLpm: 0.2 * accelPumpPct,
      heatFlowLpm: 0.4 * circulationPct,
      compressorW: on * 25 * compressorPct,
      compressorHz: on * compressorPct,
    });
  }, 50);
}

/** Asks control's door for what it sees, one question after the other. */
async function door(path: string): Promise<() => Promise<IoView | undefined>> {
  let socket: Socket | undefined;
  while (!socket) {
    socket = await new Promise<Socket | undefined>((done) => {
      const s = connect(path, () => done(s));
      s.once('error', () => done(undefined));
    });
    if (!socket) await sleep(200);
  }
  let answered: (view: IoView | undefined) => void = () => undefined;
  const take = lineSplitter(
    1 << 20,
    (line) => answered(JSON.parse(line).view),
    () => process.exit(3),
  );
  socket.on('data', take).on('close', () => process.exit(4));
  let id = 0;
  return () =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(`${JSON.stringify({ id: ++id, op: 'look' })}\n`);
    });
}

await resetAdapter();
const paths = pathsOf('/tmp/home');
ensurePaths(paths);
mkdirSync('/tmp/boards', { recursive: true });
const file = '/tmp/boards/pi-emulated.json';
writeFileSync(file, JSON.stringify(piBoard()));
let view: IoView | undefined;
await standIns(file, () => view?.confirmed.compressorOn ?? 0);
const config = Config.parse({ board: file, speed: SPEED });
// A new unit on a real board only observes: this one was told to drive, and starts anew.
writeFileSync(
  join(paths.state, 'state.json'),
  JSON.stringify(storedOf({ ...DEFAULT_SETPOINTS, operation: 'auto' }, initialState(config.house))),
);
const control = fork('src/control/main.ts', [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
control.on('exit', (code) => {
  console.log(`control ended with ${code}`);
  process.exit(5);
});
control.on('message', () => console.log('control is ready'));
control.send({
  type: 'start',
  start: { config, home: paths.home, sockets: paths.sockets, passwords: { control: 'x' } },
});
const look = await door(paths.io);
for (let n = 0; ; n++) {
  const startedMs = monoMs();
  view = await look();
  if (view) {
    const { atMs, sensors, confirmed, reasons, health } = view;
    const temperatures = Object.keys(PI_SENSORS).map((name) => {
      const { value, quality } = sensors[name as SensorName];
      return quality === 'good' ? value : null;
    });
    const told = { atMs, temperatures, on: confirmed.compressorOn, reason: reasons[0] ?? '' };
    console.log(`told ${JSON.stringify(told)}`);
    if (n % 10 === 0)
      console.log(
        `health ${JSON.stringify(health.filter((h) => h.lastError).map((h) => [h.device, h.ok, h.lastError]))}`,
      );
    if (n === 0)
      console.log(
        `process ${control.pid}: ${readFileSync(`/proc/${control.pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`,
      );
  }
  await sleep(Math.max(50, 1000 - (monoMs() - startedMs)));
}
