import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_ZONES } from '../../src/contract/comfort.ts';
import { ControlState, DEFAULT_SETPOINTS, type SetCommand } from '../../src/contract/messages.ts';
import type { Outputs } from '../../src/contract/points.ts';
import { SET_NAMES } from '../../src/contract/set-names.ts';
import { type ControlLoop, type LoopHal, startLoop } from '../../src/control/loop.ts';
import { changesBetween, controlStateOf } from '../../src/control/report.ts';
import { applySet } from '../../src/control/setpoints.ts';
import { initialState } from '../../src/control/step.ts';
import { listenForWishes } from '../../src/control/wishes.ts';
import { Config } from '../../src/core/config.ts';
import { leaseStamp } from '../../src/core/lease.ts';
import type { Link } from '../../src/core/link.ts';
import { createRig, HOUSE, imageOf, MARKET, type Rig, run } from './rig.ts';

interface Bench {
  loop: ControlLoop;
  toggles: number;
  /** Ticks so late that the chain has fallen meanwhile: these do not feed it. */
  stalls: number;
  applied: Outputs[];
  starved: string[];
  failed: unknown[];
}

/** The loop on a HAL made of a rig, in real time. */
function bench(rig: Rig, hal: Partial<LoopHal> = {}, confirm = (o: Outputs) => o): Bench {
  const b: Bench = { loop: undefined as never, toggles: 0, stalls: 0, applied: [], starved: [], failed: [] };
  const image = (tick: number) => {
    const nowMs = performance.now();
    if (tick > 0 && nowMs - rig.atMs > 250) b.stalls++;
    rig.atMs = nowMs;
    rig.tick = tick;
    return imageOf(rig, confirm(b.applied.at(-1) ?? rig.verdict.outputs));
  };
  let flippedMs: number | undefined;
  const toggle = () => {
    b.toggles++;
    flippedMs = performance.now();
  };
  const deadMan = { toggle, flippedMs: () => flippedMs };
  b.loop = startLoop({
    hal: { image, apply: (o) => void b.applied.push(o), deadMan, ...hal },
    monoMs: () => performance.now(),
    speed: 1,
    inputs: () => ({ setPoints: rig.setPoints, market: undefined, want: undefined, house: HOUSE }),
    start: initialState(HOUSE),
    onTick: () => {},
    onFail: (e) => b.failed.push(e),
    onStarve: (why) => b.starved.push(why),
  });
  return b;
}
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

test('ten ticks a second that do not drift; each complete one feeds the dead-man once', async () => {
  const b = bench(createRig());
  await wait(2050);
  b.loop.stop();
  const { ticks } = b.loop.lateness();
  // Of a machine that stops for half a second and more nothing can be asked.
  assert.ok(ticks <= 22 && (ticks >= 19 || b.stalls > 0), `${ticks} ticks in 2 s`);
  assert.ok(b.toggles <= ticks && ticks - b.toggles <= b.stalls, `${b.toggles} of ${ticks}, ${b.stalls} late`);
  assert.is(b.applied.length, ticks);
});

test('a tick that takes three and a half tenths of a second lets three of the grid fall out, and they are counted', async () => {
  let slow = 3;
  const b = bench(createRig(), {
    apply: () => {
      const untilMs = performance.now() + (slow-- === 0 ? 350 : 0);
      while (performance.now() < untilMs);
    },
  });
  await wait(1000);
  b.loop.stop();
  const { missed, ticks } = b.loop.lateness();
  assert.ok(missed >= 3, `${missed} missed of ${ticks}`);
});

test('F20: without fresh sensors, without applied outputs or with a failed tick the dead-man starves', async () => {
  const blind = createRig();
  for (const name of Object.keys(blind.values) as (keyof typeof blind.values)[]) blind.frozenAt[name] = -10_000;
  const cases: [string, Bench][] = [
    ['blind', bench(blind)],
    [
      'apply',
      bench(createRig(), {
        apply: () => {
          throw new Error('bus is gone');
        },
      }),
    ],
    [
      'image',
      bench(createRig(), {
        image: () => {
          throw new Error('no image');
        },
      }),
    ],
  ];
  await wait(800);
  for (const [name, b] of cases) {
    b.loop.stop();
    assert.is(b.toggles, 0, name);
    // That no sensor has been read yet is told only once the first ones had their 3 s.
    assert.is(b.starved.length > 0, name !== 'blind', name);
  }
  assert.is(cases[0]![1].failed.length, 0, 'blind alone does not end the process');
  assert.ok(cases[1]![1].failed.length > 0, 'a tick that fails again and again does');
});

test('F20: a relay read back as on against its order starves the dead-man within 1.3 s', async () => {
  const b = bench(createRig(), {}, (o) => ({ ...o, compressorOn: 1 }));
  await wait(800);
  const early = b.toggles;
  await wait(900);
  const late = b.toggles;
  await wait(300);
  b.loop.stop();
  assert.ok(early > 0);
  assert.is(b.toggles, late);
  assert.ok(b.starved.some((why) => why.includes('compressorOn')));
});

test('set-points: inside their range they are taken, else refused with the reason', () => {
  const by = 'page';
  const taken = applySet(DEFAULT_SETPOINTS, { name: 'roomSetC', value: 23, by });
  assert.equal(taken, { setPoints: { ...DEFAULT_SETPOINTS, roomSetC: 23 } });
  const bad: SetCommand[] = [
    { name: 'roomSetC', value: 90, by },
    { name: 'roomSetC', value: '22', by },
    { name: 'mode', value: 'party', by },
    { name: 'computeOn', value: 'yes', by },
    { name: 'hotWaterSetC', value: Number.NaN, by },
  ];
  for (const command of bad) {
    const outcome = applySet(DEFAULT_SETPOINTS, command);
    assert.ok(
      'refused' in outcome && outcome.refused.startsWith(`${SET_NAMES[command.name]}: `),
      JSON.stringify(command),
    );
  }
});

test('leases lapse, floods of changes are bounded', () => {
  const listeners: Record<string, (m: never) => void> = {};
  const link = {
    on: (name: string, l: (m: never) => void) => {
      listeners[name] = l;
    },
  } as unknown as Pick<Link, 'on'>;
  let nowMs = 0;
  const changes: number[] = [];
  const refused: string[] = [];
  const wishes = listenForWishes({
    link,
    start: DEFAULT_SETPOINTS,
    speed: 60,
    tariff: Config.parse({}).tariff,
    monoMs: () => nowMs,
    wallMs: () => undefined,
    onChange: (s) => changes.push(s.roomSetC),
    onRefused: (why) => refused.push(why),
  });
  const stamp = leaseStamp<typeof MARKET>('boot', 10_000);
  listeners.market!(stamp({ ...MARKET, timeMs: 5000 }) as never);
  assert.equal(wishes.current(9999).market?.priceEurPerKwh, 0.3);
  assert.is(wishes.timeMs(1000), 65_000);
  assert.is(wishes.current(10_000).market, undefined);
  assert.is(wishes.timeMs(10_000), undefined);
  for (let i = 0; i < 500; i++) listeners.set!({ name: 'roomSetC', value: 18 + (i % 5), by: 'x' } as never);
  assert.is(changes.length, 10);
  assert.is(refused.length, 1);
  nowMs = 2000;
  listeners.set!({ name: 'roomSetC', value: 25, by: 'x' } as never);
  assert.is(wishes.current(nowMs).setPoints.roomSetC, 25);
  refused.length = 0;
  const zone = (n: number) =>
    listeners.zone!({ zone: `z${n}`, temperatureC: 20, windowOpen: false, ageMs: 0 } as never);
  for (let n = 1; n <= MAX_ZONES; n++) zone(n);
  assert.equal(refused, []);
  for (let i = 0; i < 9; i++) zone(MAX_ZONES + 1);
  assert.equal(refused, [`zone z${MAX_ZONES + 1}: there are ${MAX_ZONES} zones already`], 'told once');
  zone(1);
  zone(MAX_ZONES + 1);
  assert.is(refused.length, 1, 'one that has its place does not tell it again');
});

test('what is published passes its schema, also with sensors that are no numbers', () => {
  const rig = createRig();
  rig.values.roomC = Number.NaN;
  rig.quality.roomC = 'missing';
  run(rig, 45, 0.5);
  const state = controlStateOf({
    image: imageOf(rig, rig.verdict.outputs),
    verdict: rig.verdict,
    setPoints: rig.setPoints,
    houseTimeMs: 0,
    board: 'sim',
    simulated: true,
    speed: 1,
    lateness: { p50Ms: 0, p99Ms: 1, maxMs: 2, ticks: 3, realtime: false },
  });
  const parsed = ControlState.parse(JSON.parse(JSON.stringify(state)));
  assert.is(parsed.sensors.roomC?.value, null);
  const before = { ...rig.verdict, safety: 'S3' as const, latched: true };
  const acknowledged = { by: 'owner', lifted: ['high-pressure'], left: [], refused: false };
  const codes = changesBetween(before, { ...rig.verdict, acknowledged }, 0).map((e) => e.code);
  assert.equal(codes.slice(0, 2), ['acknowledged', 'safety-S0']);
});

test.run();
