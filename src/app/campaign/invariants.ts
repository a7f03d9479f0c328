import { ACTUATOR_NAMES, ACTUATORS, type Outputs, SAFE_OUTPUTS } from '../../contract/points.ts';
import { sgReadyOf } from '../../control/grid/sgready.ts';
import { type Injected, isOn } from './faults.ts';
import { chainHolds, type Moment, type World } from './world.ts';

/** One tick as an invariant sees it, `s` seconds after the phase was reached. */
export interface Tick {
  s: number;
  dtS: number;
  before: Moment;
  after: Moment;
  faults: readonly Injected[];
  world: World;
}

/**
 * The coolant pump of an accelerator that is off rests while the coolant could freeze the water: where its outlet reads less than
 * 3 °C and its inlet no 3 K more. One of the two may lie, and both lag by a kelvin; no chip is harmed at 7 °C.
 */
export const coldAndOff = ({ before, after }: Pick<Tick, 'before' | 'after'>) =>
  before.effective.accelSupplyOn === 0 && after.plant.coolantOutC[0]! < 7;

/** A rule over ticks; it may keep its own memory, never control's. Undefined while it holds, else what is wrong. */
export interface Invariant {
  name: string;
  check(tick: Tick): string | undefined;
}

const f1 = (x: number) => x.toFixed(1);
/** The point is told otherwise than the plant has it: what follows is not control's knowledge. */
export const lied = (t: Tick, points: readonly string[]): boolean =>
  t.faults.some(
    ({ broken, fromS }) =>
      t.s >= fromS &&
      (('point' in broken && points.includes(broken.point)) || 'device' in broken || 'output' in broken),
  );

/** Seconds for which something has been so. */
export function lasting(): (is: boolean, dtS: number) => number {
  let heldS = 0;
  return (is, dtS) => {
    heldS = is ? heldS + dtS : 0;
    return heldS;
  };
}

const fullScale = (name: string) => (name === 'accelCapW' ? 20_000 : name.endsWith('Pct') ? 100 : 1);

const limited = ({ core }: Moment) => core.grid.limit.dimming !== null || core.grid.limit.backW !== null;

/** What holds of every verdict, whatever the sensors say. */
const outputRules = (): Invariant[] => [
  {
    name: 'every output is a number within its scale',
    check: ({ after }) => {
      const bad = ACTUATOR_NAMES.find((n) => !(after.commanded[n] >= 0 && after.commanded[n] <= fullScale(n)));
      return bad && `${bad} = ${after.commanded[bad]}`;
    },
  },
  {
    name: 'the interlock moves an output only towards safe',
    check: ({ after }) => {
      if (!after.image || after.core.operation.from || after.core.operation.drives !== 'auto') return undefined;
      const decided = after.core.decided.outputs;
      const away = ACTUATOR_NAMES.find((n) => {
        // The reversing valve alone may stay where it is.
        if (n === 'coolingOn' && after.commanded.coolingOn === after.effective.coolingOn) return false;
        // A limit of the grid slows the water before the interlock looks at it.
        if (n === 'circulationPct' && limited(after)) return false;
        const { safe } = ACTUATORS[n];
        const out = after.commanded[n];
        return out < Math.min(decided[n], safe) - 1e-9 || out > Math.max(decided[n], safe) + 1e-9;
      });
      return away && `${away}: decided ${decided[away]}, ordered ${after.commanded[away]}`;
    },
  },
  {
    name: 'a safety state has its outputs',
    check: ({ before, after }) => {
      if (!after.image || !after.verdict) return undefined;
      const { safety } = after.verdict;
      const o = after.commanded;
      if (safety === 'S4') {
        // The reversing valve waits for the pressures.
        const valve = (n: keyof Outputs) => n === 'coolingOn' && o.coolingOn === before.effective.coolingOn;
        const frost = (n: keyof Outputs) => n === 'accelPumpPct' && coldAndOff({ before, after });
        const unsafe = ACTUATOR_NAMES.find((n) => o[n] !== SAFE_OUTPUTS[n] && !valve(n) && !frost(n));
        return unsafe && `S4 and ${unsafe} = ${o[unsafe]}`;
      }
      if (safety === 'S3' && o.compressorOn > 0 && o.accelCapW > 0) return 'S3 and compressor and accelerator both on';
      return safety === 'S2' && o.accelCapW > 0 ? `S2 and cap ${o.accelCapW} W` : undefined;
    },
  },
  {
    name: 'grant and cap stay within the rating',
    check: ({ after, world }) => {
      const v = after.verdict;
      if (!v) return undefined;
      const sane = v.fillerW >= 0 && v.fillerW <= v.grantW && v.grantW <= world.accelMaxW + 1e-6;
      return sane && after.commanded.accelCapW <= world.accelMaxW + 1e-6
        ? undefined
        : `grant ${v.grantW}, filler ${v.fillerW}, cap ${after.commanded.accelCapW}`;
    },
  },
  {
    name: 'no filler is bought without a price',
    check: ({ after, faults, s }) => {
      // All the while: a broker that has come back has brought the price with it.
      const dead = faults.some(
        (f) => 'around' in f.broken && f.broken.around === 'broker-dead' && isOn(f, s) && isOn(f, s - 61),
      );
      if (!dead || !after.verdict) return undefined;
      const { frost, hotWater } = after.core.decided;
      const asked = frost.heat || frost.pump || hotWater.charging || after.core.emergency.on;
      return after.verdict.fillerW > 0 && !asked && after.core.plan.plan.filler.gridW > 0
        ? `${f1(after.verdict.fillerW)} W of filler`
        : undefined;
    },
  },
];

/** A check of commissioning may run it for less than its minimum time, but never for seconds. */
const CHECK_RUN_S = 55;

/** What must never happen to the machine, by the plant's own truth. */
const machineRules = (): Invariant[] => {
  const locked = lasting();
  const dry = lasting();
  let onS: number | undefined;
  return [
    {
      name: 'the reversing valve does not move under pressure',
      // The dead-man chain takes the coil of the valve with it, whatever control says then: that is the board's doing.
      // Nor is it control's that one that was stuck comes free by itself.
      check: ({ s, dtS, before, after, faults }) =>
        chainHolds(before, dtS) &&
        after.plant.reversalViolations > before.plant.reversalViolations &&
        !faults.some((f) => 'plant' in f.broken && f.broken.plant === 'reversingValveStuck' && s >= f.untilS) &&
        after.effective.coolingOn === before.commanded.coolingOn
          ? `moved ${f1(before.plant.sinceStopS)} s after the compressor stopped`
          : undefined,
    },
    {
      name: 'the compressor rests before it starts',
      check: ({ before, after }) =>
        // A rotor that was held while its line was on is no start of control's.
        before.plant.compressorShare === 0 &&
        after.plant.compressorShare > 0 &&
        before.plant.sinceStopS < 170 &&
        before.effective.compressorOn === 0
          ? `started after ${f1(before.plant.sinceStopS)} s`
          : undefined,
    },
    {
      name: 'the compressor runs its minimum time unless something stops it',
      check: (t) => {
        const { before, after, dtS } = t;
        const was = before.commanded.compressorOn > 0;
        const is = after.commanded.compressorOn > 0;
        const ranS = onS;
        onS = is ? (was ? (onS === undefined ? undefined : onS + dtS) : 0) : undefined;
        const { interlock: locked, decided, grid, plan, commission } = after.core;
        const leastS = commission.at === null && before.core.commission.at === null ? 599 : CHECK_RUN_S;
        if (!was || is || ranS === undefined || ranS >= leastS) return undefined;
        const told =
          // The dead-man chain had stopped it before control ordered it off.
          before.effective.compressorOn === 0 ||
          locked.stopped.heatPump ||
          before.core.interlock.stopped.heatPump ||
          grid.shed.compressorOff ||
          sgReadyOf(grid.sgReady) === 1 ||
          plan.plan.mode !== 'heating' ||
          // The mode has just changed and the valve must turn.
          decided.reversing.cooling ||
          decided.hotWater.charging !== before.core.decided.hotWater.charging ||
          t.faults.some((f) => 'around' in f.broken && f.broken.around === 'dimmed' && t.s >= f.fromS);
        return told ? undefined : `stopped after ${f1(ranS)} s in ${after.verdict?.safety}`;
      },
    },
    {
      name: 'a locked rotor is not powered for long',
      check: (t) => {
        const { after, dtS } = t;
        const heldS = locked(after.plant.lockedW > 0 && !lied(t, ['compressorHz', 'compressorW']), dtS);
        return heldS > 15 ? `${f1(heldS)} s at ${f1(after.plant.lockedW)} W` : undefined;
      },
    },
    {
      name: 'the compressor does not run without water',
      check: ({ after, dtS }) => {
        const heldS = dry(after.plant.compressorShare > 0 && after.plant.heatFlowLpm < 0.5, dtS);
        return heldS > 8 ? `${f1(heldS)} s` : undefined;
      },
    },
    {
      name: 'hot gas stays below 120 °C',
      check: ({ after }) =>
        after.plant.compressorShare > 0 && after.plant.dischargeC > 120
          ? `${f1(after.plant.dischargeC)} °C`
          : undefined,
    },
  ];
};

/** Temperatures that harm, by the plant's own truth. */
const thermalRules = (): Invariant[] => [
  {
    name: 'coolant does not boil',
    check: ({ after }) => (after.plant.plateC > 98 ? `plate ${f1(after.plant.plateC)} °C` : undefined),
  },
  {
    name: 'chips stay below 100 °C',
    check: ({ after }) => (after.plant.chipC > 100 ? `${f1(after.plant.chipC)} °C` : undefined),
  },
  {
    name: 'chips stay below their limit',
    check: (t) =>
      t.after.plant.chipC > t.world.config.house.chipMaxC + 4 && !lied(t, ['accelChipC'])
        ? `${f1(t.after.plant.chipC)} °C`
        : undefined,
  },
  {
    name: 'coolant stays below its limit',
    check: (t) =>
      t.after.plant.coolantOutC[0]! > t.world.config.house.coolantMaxC + 4 && !lied(t, ['accelOutC', 'accelInC'])
        ? `${f1(t.after.plant.coolantOutC[0]!)} °C`
        : undefined,
  },
  {
    name: 'heating water stays below 90 °C',
    check: ({ after }) => {
      const hottestC = Math.max(after.plant.supplyC, after.plant.bufferC[0]!, after.plant.condenserC);
      return hottestC > 90 ? `${f1(hottestC)} °C` : undefined;
    },
  },
  {
    name: 'no water freezes',
    check: ({ after: { plant } }) => {
      const coldestC = Math.min(plant.supplyC, plant.returnC, plant.condenserC);
      return coldestC < 0.5 ? `${f1(coldestC)} °C` : undefined;
    },
  },
];

export const invariants = (): Invariant[] => [...outputRules(), ...machineRules(), ...thermalRules()];
