import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCosim } from '../../src/app/cosim.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { ACTUATOR_NAMES, type ActuatorName, type Outputs } from '../../src/contract/points.ts';
import { TOPICS, type TopicName } from '../../src/contract/topics.ts';
import { storedOf, urgentPart } from '../../src/control/persist.ts';
import { createQuota } from '../../src/control/quota.ts';
import { changesBetween } from '../../src/control/report.ts';
import { initialState, step } from '../../src/control/step.ts';
import type { Verdict } from '../../src/control/types.ts';
import { listenForWishes } from '../../src/control/wishes.ts';
import type { Link } from '../../src/core/link.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { randomHouse } from './random-houses.ts';

/**
 * Whoever has the owner's password, or a mad automation, says whatever the schemas let pass (and what they do not), as often as
 * it likes: the machine keeps its rests and starts, nothing gets too hot, nothing switches itself to death, nothing grows.
 */
type Said = [topic: TopicName, payload: unknown];
type Attack = (s: number, random: Random) => Said[];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const set = (name: string, value: unknown): Said => ['set', { name, value, by: 'mallory' }];
/** A new name each time: neither order nor memory of boots may suffer. */
const ems = (value: object, s: number): Said => ['ems', { value, ttlMs: 6e5, ageMs: 0, bootId: `boot${s}`, seq: 1 }];
/** The same every `everyS`, one value after the other. */
const turns =
  (everyS: number, ...list: ((s: number) => Said)[]): Attack =>
  (s) =>
    s % everyS === 0 ? [list[(s / everyS) % list.length]!(s)] : [];
const flaps = (everyS: number, name: string, ...values: unknown[]) =>
  turns(everyS, ...values.map((value) => () => set(name, value)));
const GARBAGE = [
  ...['{', 'null', '[]', '1e999', 'NaN', '', '{"__proto__":{"mode":"off"}}', '"\\u0000"'],
  ...['"21,5"', '"NaN"', '1e999', '-1e308', '"__proto__"', '[21]', '{}'].map(
    (value) => `{"name":"roomSetC","value":${value},"by":"x"}`,
  ),
];

const ATTACKS: Record<string, (everyS: number) => Attack> = {
  off: (everyS) => flaps(everyS, 'mode', 'heating', 'off'),
  modes: () => (_s, random) => [set('mode', pick(random, ['heating', 'cooling', 'auto', 'off']))],
  operation: (everyS) => flaps(everyS, 'operation', 'observe', 'auto', 'commission'),
  room: (everyS) => flaps(everyS, 'roomSetC', 5, 30),
  tank: (everyS) => flaps(everyS, 'hotWaterSetC', 35, 60),
  compute: (everyS) => flaps(everyS, 'computeOn', true, false),
  worth: (everyS) => flaps(everyS, 'computeValueEurPerKwh', 10, 0),
  overrides: () => (s, random) => [
    [
      'override',
      {
        kind: pick(random, [
          'warmer',
          'hot-water-once',
          'quiet',
          'pause-compute',
          'holiday',
          'screed',
          'all',
          'comfort',
        ]),
        forMin: pick(random, [0, 1, 10_000]),
        byK: 5,
        id: String(s),
        by: 'mallory',
      },
    ],
  ],
  sgReady: (everyS) => turns(everyS, ...[1, 4, 2, 3].map((sgReady) => (s: number) => ems({ sgReady }, s))),
  dimming: (everyS) =>
    turns(
      everyS,
      (s) => ems({ limitW: 0 }, s),
      (s) => ems({}, s),
    ),
  meters: () => (s, random) => {
    const huge = () => pick(random, [0, 1e300, -1e300, 9000, -9000]);
    return [ems({ limitW: pick(random, [0, 1e300, 4200]), batteryW: huge(), gridW: huge(), pvW: huge() }, s)];
  },
  zones: () => (s) => [
    ['zone', { zone: `z${s % 40}`, temperatureC: s % 2 ? -50 : 60, humidityPct: 100, windowOpen: s % 3 === 0 }],
    ['zone', { zone: 'outdoor', temperatureC: s % 2 ? -50 : 60, ageMs: 0 }],
  ],
  clocks: (everyS) => (s, random) =>
    s % everyS === 0
      ? [
          [
            'prices',
            {
              startMs: pick(random, [0, -1e15, 1e15, 2 ** 31 * 1000, Date.parse('2025-11-05T00:00:00Z')]),
              stepS: 900,
              spotEurPerKwh: Array.from({ length: 400 }, () => pick(random, [-10, 0.1, 10])),
            },
          ],
        ]
      : [],
  people: () => (s) => [
    ['presence', { anyoneHome: s % 2 === 0, forMin: 20_000 }],
    ['acknowledge', { by: 'mallory' }],
  ],
  garbage: () => (_s, random) => [[pick(random, Object.keys(TOPICS) as TopicName[]), pick(random, GARBAGE)]],
};

/** As the link hands messages on: parsed and checked, else dropped. */
function wire() {
  const listeners = new Map<string, (message: never) => void>();
  const link = { on: (name: string, l: (m: never) => void) => void listeners.set(name, l) } as unknown as Link;
  const say = ([name, payload]: Said) => {
    try {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const message = TOPICS[name].schema.parse(JSON.parse(text));
      listeners.get(name)?.(message as never);
    } catch {
      // Refused, as the link does.
    }
  };
  return { link, say };
}

interface Tally {
  /** Changes of each output that is on or off, starts, runs that ended before their 10 min, rests. */
  switched: Partial<Record<ActuatorName, number>>;
  starts: number[];
  cutS: number[];
  restS: number[];
  /** Lines for the history and writes of the state file. */
  events: number;
  writes: number;
  bytes: number;
}

const ON_OFF: readonly ActuatorName[] = [
  'compressorOn',
  'coolingOn',
  'accelSupplyOn',
  'rejectOn',
  'hotWaterOn',
  'backupHeaterOn',
];

function lives(seed: number, attacks: readonly Attack[], startsAt: string, hours: number): Tally {
  const random = seededRandom(seed);
  const config = randomHouse(random, startsAt);
  const { link, say } = wire();
  let s = 0;
  const quota = createQuota();
  const tally: Tally = { switched: {}, starts: [], cutS: [], restS: [], events: 0, writes: 0, bytes: 0 };
  const count = () => void tally.events++;
  const wishes = listenForWishes({
    link,
    start: { ...DEFAULT_SETPOINTS },
    speed: 1,
    tariff: config.tariff,
    monoMs: () => 1000 * s,
    wallMs: () => Date.parse(startsAt) + 1000 * s,
    onChange: (_set, by) => void (quota({ ...EVENT, text: by }, 1000 * s) && count()),
    onRefused: (why) => void (quota({ ...EVENT, code: 'set-refused', text: why }, 1000 * s) && count()),
  });
  let state = initialState(config.house);
  let verdict: Verdict | undefined;
  let urgent = '';
  const both = openCosim({
    config,
    dtS: 1,
    demandW: random() < 0.5 ? 0 : 8000,
    drive(input) {
      for (const attack of attacks) for (const said of attack(s, random)) say(said);
      const told = { commands: wishes.takeCommands(), acknowledge: wishes.takeAcknowledge() };
      const wished = wishes.current(1000 * s);
      const market = wished.market ?? input.market;
      const before = verdict;
      ({ state, verdict } = step(state, { ...input, ...wished, ...told, market, want: input.want }));
      for (const e of changesBetween(before, verdict, 1000 * s)) if (quota(e, 1000 * s)) count();
      const now = urgentPart(storedOf(wished.setPoints, state));
      if (now !== urgent && s % 3 === 0) {
        tally.writes++;
        urgent = now;
      }
      const { outputs, safety, grantW, payW, fillerW } = verdict;
      return { outputs, safety, workW: Math.min(grantW, Math.max(payW, fillerW, input.want?.wantW ?? 0)) };
    },
  });
  let was: Outputs | undefined;
  let changedS = 0;
  for (; s < hours * 3600; s++) {
    const { plant, outputs } = both.next();
    const where = `seed ${seed} at ${s} s`;
    for (const name of ACTUATOR_NAMES) assert.ok(Number.isFinite(outputs[name]), `${where}: ${name}`);
    assert.is(plant.reversalViolations, 0, `${where}: valve turned under pressure`);
    assert.ok(plant.supplyC < 82 && plant.chipC < config.house.chipMaxC, `${where}: ${plant.supplyC} ${plant.chipC}`);
    if (was) for (const n of ON_OFF) if (was[n] !== outputs[n]) tally.switched[n] = (tally.switched[n] ?? 0) + 1;
    if (was && was.compressorOn !== outputs.compressorOn) {
      if (outputs.compressorOn > 0) {
        tally.starts.push(s);
        tally.restS.push(s - changedS);
      } else if (s - changedS < 600) tally.cutS.push(s);
      changedS = s;
    }
    was = { ...outputs };
  }
  const inHour = (at: number) => tally.starts.filter((x) => x > at - 3600 && x <= at).length;
  for (const at of tally.starts) assert.ok(inHour(at) <= 4, `seed ${seed}: ${inHour(at)} starts in an hour`);
  assert.ok(tally.starts.length <= config.house.startsPerDay, `seed ${seed}: ${tally.starts.length} starts`);
  assert.ok(Math.min(999, ...tally.restS) >= 180, `seed ${seed}: rests ${tally.restS}`);
  return { ...tally, bytes: JSON.stringify(state).length };
}
const EVENT = { timeMs: 0, level: 'info', source: 'control', code: 'set', text: '' } as const;

function judge({ switched, events, writes, bytes }: Tally, hours: number, what: string): void {
  // What is let through at once, and then by the hour.
  const most = (atOnce: number, perHour: number) => atOnce + perHour * hours;
  assert.ok((switched.hotWaterOn ?? 0) <= most(230, 24), `${what}: tank valve ${switched.hotWaterOn}`);
  assert.ok((switched.coolingOn ?? 0) <= most(2, 20), `${what}: reversing valve ${switched.coolingOn}`);
  assert.ok((switched.accelSupplyOn ?? 0) <= most(230, 31), `${what}: contactor ${switched.accelSupplyOn}`);
  assert.ok((switched.rejectOn ?? 0) <= most(230, 60), `${what}: coolant valve ${switched.rejectOn}`);
  assert.ok((switched.backupHeaterOn ?? 0) <= most(10, 30), `${what}: backup heater ${switched.backupHeaterOn}`);
  assert.ok(events <= most(200, 200), `${what}: ${events} lines of history`);
  assert.ok(writes <= most(220, 60), `${what}: ${writes} writes`);
  assert.ok(bytes < 20_000, `${what}: a state of ${bytes} bytes`);
}
const DAYS = ['2025-01-20T06:00:00Z', '2025-11-05T06:00:00Z', '2025-07-12T10:00:00Z'] as const;

test('one after the other, each second: no short cycles, nothing hot, nothing worn, nothing grows', () => {
  for (const [at, [name, make]] of Object.entries(ATTACKS).entries()) {
    const tally = lives(60_000 + at, [make(1)], DAYS[at % 2]!, 0.25);
    judge(tally, 0.25, name);
    assert.ok(tally.cutS.length <= 4, `${name}: ${tally.cutS.length} runs cut short`);
  }
});

test('all sorts at once, fast and slow, in any house', () => {
  const names = Object.keys(ATTACKS);
  for (let seed = 61_001; seed <= 61_003; seed++) {
    const random = seededRandom(seed);
    const chosen = Array.from({ length: 1 + Math.floor(4 * random()) }, () => pick(random, names));
    const attacks = chosen.map((name) => ATTACKS[name]!(pick(random, [1, 7, 61, 305, 601])));
    judge(lives(seed, attacks, pick(random, DAYS), 1), 1, `seed ${seed}: ${chosen}`);
  }
});

test('switched off again and again: within an hour one run is cut short at the most, and off means off within ten minutes', () => {
  const { cutS, starts } = lives(62_020, [ATTACKS.off!(20)], DAYS[0], 1.5);
  assert.ok(starts.length > 0, 'never started');
  for (const at of cutS) assert.ok(cutS.filter((x) => x > at - 3600 && x <= at).length <= 1, `cut at ${cutS}`);
});

test.run();
