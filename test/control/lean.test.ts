import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCosim } from '../../src/app/cosim.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { SAFE_OUTPUTS, type SensorName } from '../../src/contract/points.ts';
import { priorMap } from '../../src/control/learn/pump-map.ts';
import { leaned, leanOf, leanReasons, tankBelowK } from '../../src/control/price/lean.ts';
import type { PriceSlot } from '../../src/control/price/prices.ts';
import type { HeatFacts } from '../../src/control/price/worth.ts';
import { Config } from '../../src/core/config.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';
import { openWeather } from '../../src/hal/sim/weather/weather.ts';
import { createRig, estOf, HOUSE, imageOf } from './rig.ts';

const HOUR_MS = 3_600_000;
const slotsOf = (eurs: (number | null)[], stepMs = HOUR_MS): PriceSlot[] =>
  eurs.flatMap((priceEurPerKwh, i) =>
    priceEurPerKwh === null
      ? []
      : [{ startMs: i * stepMs, endMs: (i + 1) * stepMs, priceEurPerKwh, exportEurPerKwh: 0.08 }],
  );
/** A pump as its papers have it in mild weather, with a tank that is a little short. */
const heatAt = (hour: number, more: Partial<HeatFacts> = {}): HeatFacts => ({
  map: priorMap(10_000, 150),
  ...{ outdoorC: 7, houseSinkC: 32, tankC: 45, tankSetC: 48, tankL: 250, timeMs: hour * HOUR_MS, minute: 60 * hour },
  ...more,
});
/** What is done at this hour of hourly prices, and the hour that it is done for. */
const at = (hour: number, eurs: (number | null)[], more: Partial<HeatFacts> = {}) => {
  const lean = leanOf(slotsOf(eurs), hour * HOUR_MS, eurs[Math.floor(hour)]!, heatAt(hour, more));
  return lean && `${lean.to} ${lean.atMs / HOUR_MS}`;
};

test('a cheap hour that is announced is waited for, from eight hours before, and the tank is filled at its end', () => {
  const night = [...Array(10).fill(0.3), 0.1, 0.1, 0.3, 0.3];
  assert.equal(
    [1.9, 2, 9.9, 10, 10.4, 10.6, 11.9, 12].map((h) => at(h, night)),
    [...[undefined, 'wait 10', 'wait 10', undefined, undefined], ...['fill 12', 'fill 12', undefined]],
  );
});

test('before a dear evening the tank is filled; within it its end is waited for; a dear quarter is sat out', () => {
  const evening = [0.3, 0.3, 0.3, 0.7, 0.7, 0.3];
  assert.equal(
    [1, 1.6, 2.9, 3, 4.9, 5].map((h) => at(h, evening)),
    [...[undefined, 'fill 3', 'fill 3', 'wait 5', 'wait 5', undefined]],
  );
  const quarter = slotsOf([0.3, 0.3, 0.7, 0.3, 0.3], HOUR_MS / 4);
  assert.is(leanOf(quarter, 0, 0.3, heatAt(0)), undefined);
});

test('small changes are not worth it; of a rise and a drop behind it the rise counts; below zero counts like above', () => {
  assert.is(at(0, [0.3, 0.36, 0.36, 0.36]), undefined);
  assert.is(at(0, [0.3, 0.24, 0.36, 0.24]), undefined);
  assert.equal([at(0, [0.3, 0.5, 0.5, 0.1]), at(0, [0.3, 0.3, 0.5, 0.1])], ['fill 1', undefined]);
  assert.is(at(0.5, [-0.1, 0.02, 0.05]), 'fill 1');
  assert.is(at(0, [0.05, -0.01]), 'wait 1');
});

test('nothing is built on what is not known: the end of the list and a gap are neither cheap nor dear', () => {
  assert.is(at(0, [0.3]), undefined);
  assert.is(at(0, [0.3, null, null]), undefined);
  // The dear hour behind the gap begins within 90 min of 0:45 only if the gap is passed over.
  assert.is(at(0.25, [0.3, null, 0.7, 0.7]), undefined);
  assert.is(at(0.75, [0.3, null, 0.7, 0.7]), 'fill 2');
  assert.is(leanOf([], 0, 0.3, heatAt(0)), undefined);
});

test('a tank that waits never gets colder than 40 °C for it, nor so cold that it would be charged in haste', () => {
  const wait = { to: 'wait', atMs: 0, fromEur: 0.3, toEur: 0.1, tank: true, house: false } as const;
  assert.equal(
    [tankBelowK(wait, 48, 4), tankBelowK(wait, 45, 4), tankBelowK({ ...wait, to: 'fill' }, 48, 6)],
    [...[6, 5, 2.5]],
  );
  assert.is(tankBelowK(undefined, 48, 6), 6);
});

test('a colder hour must be cheaper by what the pump loses in it; a warmer one is not built on', () => {
  const drop = (from: number, hours: number) => {
    const eurs = [...Array(from + hours).fill(0.3), 0.22, 0.22];
    return at(from, eurs);
  };
  assert.is(drop(9, 6), 'wait 15');
  assert.is(drop(21, 6), undefined);
  assert.is(at(21, [...Array(27).fill(0.3), 0.16, 0.16]), 'wait 27');
});

test('a nearly full tank is not filled for what the pipes take; a shorter one is', () => {
  const dear = [0.3, 0.42, 0.42];
  assert.equal(
    [47, 46, 45, 44].map((tankC) => at(0, dear, { tankC })),
    [undefined, undefined, 'fill 1', 'fill 1'],
  );
  assert.is(at(0, [0.3, 0.7, 0.7], { tankC: 48 }), undefined);
});

test('the house waits for a big drop within two hours alone', () => {
  const house = (eurs: number[]) => leanOf(slotsOf(eurs), 0, 0.3, heatAt(0))?.house;
  assert.equal(
    [house([0.3, 0.1]), house([0.3, 0.3, 0.1]), house([0.3, 0.3, 0.3, 0.1]), house([0.3, 0.2])],
    [true, true, false, false],
  );
});

test('a house without a tank waits, too: within two hours, in winter, and nothing is filled', () => {
  const none = { tankC: undefined };
  assert.equal(
    [at(0, [0.3, 0.1], none), at(0, [0.3, 0.3, 0.3, 0.1], none), at(0, [0.3, 0.7, 0.7], none)],
    ['wait 1', undefined, undefined],
  );
  const image = imageOf(createRig(), SAFE_OUTPUTS);
  const said = (mode: 'heating' | 'cooling', lost: SensorName[]) => {
    const setPoints = { ...DEFAULT_SETPOINTS, mode };
    const market = { timeMs: 0, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true };
    const asked = { image, dtS: 60, setPoints, market, want: undefined, house: HOUSE, timeMs: 0 };
    const ahead = slotsOf([0.3, 0.1]);
    const got = leaned({ ...asked, ahead }, setPoints, { mode, sunny: false }, estOf({}, lost), heatAt(0).map);
    return [got.setPoints.roomSetC, ...leanReasons(got).map((r) => r.text.split(': ').at(-1)!)];
  };
  const asLongAs = 'for it as long as';
  assert.equal(said('heating', []), [20.5, `tank and house wait ${asLongAs} they are warm enough`]);
  assert.equal(said('heating', ['hotWaterC']), [20.5, `the house waits ${asLongAs} it is warm enough`]);
  assert.equal(said('cooling', []), [21, `the tank waits ${asLongAs} it is warm enough`]);
  assert.equal(said('cooling', ['hotWaterC']), [21]);
});

test('in any house and weather prices that differ little move nothing; those that differ much do', () => {
  const random = seededRandom(7);
  const between = (low: number, high: number) => low + (high - low) * random();
  for (let i = 0; i < 1000; i++) {
    const hour = Math.floor(between(0, 24));
    const tankSetC = between(42, 60);
    const facts = {
      ...{ outdoorC: between(-18, 18), houseSinkC: between(25, 50), tankSetC, tankC: tankSetC - between(0, 4) },
      tankL: between(100, 500),
    };
    const nowEur = between(0.05, 0.6);
    const eurs = Array.from({ length: 40 }, (_, h) => (h <= hour ? nowEur : nowEur * between(0.82, 1.2)));
    assert.is(at(hour, eurs, facts), undefined, `seed 7, house ${i}`);
    const later = (share: number) => eurs.map((eur, h) => (h <= hour ? nowEur : share * eur));
    assert.is(at(hour, later(0.3), facts), `wait ${hour + 1}`, `seed 7, house ${i}`);
    assert.is(at(hour, later(2.5), { ...facts, tankC: tankSetC - 3 }), `fill ${hour + 1}`, `seed 7, house ${i}`);
  }
});

const START = '2025-04-05T22:00:00Z';
const START_MS = Date.parse(START);
const DAYS = 2;
const STEP_S = 60;
const localHour = (ms: number) => ((ms - START_MS) / HOUR_MS) % 24;
const isCheap = (ms: number) => localHour(ms) >= 1 && localHour(ms) < 5;
const isDear = (ms: number) => localHour(ms) >= 17 && localHour(ms) < 21;
const eurAt = (ms: number) => (isDear(ms) ? 0.5 : isCheap(ms) ? 0.1 : 0.3);
const ALL = Array.from({ length: (DAYS + 1) * 24 }, (_, i): PriceSlot => {
  const startMs = START_MS + i * HOUR_MS;
  return { startMs, endMs: startMs + HOUR_MS, priceEurPerKwh: eurAt(startMs), exportEurPerKwh: 0.08 };
});

/** Two days of spring with cheap nights and dear evenings; `known` hours of prices ahead. */
function live(known: number, setPoints: { computeOn: boolean; computeValueEurPerKwh?: number }) {
  const config = Config.parse({ sim: { seed: 1, startsAt: START, pvKwp: 0 } });
  const { seed, householdKwhPerYear, tapping } = config.sim;
  const cosim = openCosim({
    config,
    dtS: STEP_S,
    setPoints,
    world: {
      weather: openWeather({ seed, file: undefined }),
      household: createHousehold(seed, householdKwhPerYear, tapping),
      marketAt: (t) => ({ timeMs: t, priceEurPerKwh: eurAt(t), exportEurPerKwh: 0.08, modelled: true }),
    },
    wishesAt(houseS) {
      const nowMs = START_MS + houseS * 1000;
      return { ahead: ALL.filter((s) => s.endMs > nowMs && s.startMs < nowMs + known * HOUR_MS) };
    },
  });
  const kwh = { cheap: 0, dear: 0, accelCheap: 0, accelDear: 0 };
  const seen = { costEur: 0, leastRoomC: 99, leastTankC: 99, codes: new Set<string>(), computeAt: new Set<number>() };
  for (let s = 0; s < DAYS * 86_400; s += STEP_S) {
    const { plant, timeMs, verdict, image } = cosim.next();
    const add = (name: 'cheap' | 'dear' | 'accelCheap' | 'accelDear', w: number) => {
      kwh[name] += (w * STEP_S) / 3.6e6;
    };
    // The first night is that of a cold house.
    if (isCheap(timeMs) && s > 43_200) add('cheap', plant.compressorW);
    if (isDear(timeMs)) add('dear', plant.compressorW);
    if (isCheap(timeMs)) add('accelCheap', plant.accelBurntW);
    if (isDear(timeMs)) add('accelDear', plant.accelBurntW);
    seen.costEur = verdict!.meters.costEur;
    if (s > 43_200) {
      seen.leastRoomC = Math.min(seen.leastRoomC, plant.airC);
      seen.leastTankC = Math.min(seen.leastTankC, image.sensors.hotWaterC.value);
    }
    for (const r of verdict!.reasons) if (r.what === 'prices') seen.codes.add(r.code);
    const { computeFromMs } = verdict!.price!;
    if (computeFromMs !== undefined) seen.computeAt.add(localHour(computeFromMs));
  }
  return { kwh, ...seen };
}

test('announced prices move heat out of the dear evening into the cheap night, at hardly less comfort', () => {
  const unknown = live(0, { computeOn: false });
  const known = live(24, { computeOn: false });
  assert.ok(known.kwh.dear < 0.8 * unknown.kwh.dear, `${known.kwh.dear} of ${unknown.kwh.dear} kWh in the evening`);
  assert.ok(known.kwh.cheap > unknown.kwh.cheap, `${known.kwh.cheap} against ${unknown.kwh.cheap} kWh at night`);
  assert.ok(known.costEur < 0.97 * unknown.costEur, `${known.costEur} against ${unknown.costEur} EUR`);
  // Its set-point goes half a kelvin down.
  assert.ok(known.leastRoomC > unknown.leastRoomC - 0.55, `${known.leastRoomC} against ${unknown.leastRoomC} °C`);
  assert.ok(known.leastTankC > unknown.leastTankC - 1.5, `${known.leastTankC} against ${unknown.leastTankC} °C`);
  assert.equal([...unknown.codes], []);
  assert.ok(known.codes.has('price-wait') && known.codes.has('price-fill'), [...known.codes].join());
});

test('unpaid computing runs in the cheap hours that were announced for it, and not in the dear ones', () => {
  const { kwh, codes, computeAt } = live(24, { computeOn: true, computeValueEurPerKwh: 0.15 });
  assert.ok(kwh.accelCheap > 10 * Math.max(0.1, kwh.accelDear), JSON.stringify(kwh));
  assert.equal([...computeAt], [1]);
  assert.ok(codes.has('price-compute'));
});

test.run();
