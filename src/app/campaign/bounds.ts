import { DIMMED_LEAST_W } from '../../contract/grid.ts';
import { SAFE_OUTPUTS, type SensorName } from '../../contract/points.ts';
import { isOn } from './faults.ts';
import { coldAndOff, type Invariant, lasting, lied, type Tick } from './invariants.ts';

/** How fast control must see what it can see: the bounds of the fault table, counted from the plant's truth. */

const f1 = (x: number) => x.toFixed(1);
/** Ticks of control: a bound holds while it runs, and begins anew when it comes back. */
const awake = (t: Tick) => t.after.image !== undefined && t.before.image !== undefined && t.after.core.interlock.ready;

const HEAT_PUMP_POINTS: readonly SensorName[] = [
  'dischargeC',
  'pressureHighOk',
  'pressureLowOk',
  'heatFlowLpm',
  'returnC',
  'compressorW',
];
/** Of these no other point can tell. */
const ACCEL_POINTS: readonly SensorName[] = ['accelOutC', 'accelFlowLpm'];

const oldest = (t: Tick, points: readonly SensorName[]) => {
  const { image } = t.after;
  return image ? Math.max(...points.map((n) => image.atMs - image.sensors[n].atMs)) : 0;
};

const bound = (row: string, what: string, limitS: number, is: (t: Tick) => boolean): Invariant => {
  const since = lasting();
  return {
    name: `${row}: ${what} within ${limitS} s`,
    check: (t) => {
      const heldS = since(awake(t) && is(t), t.dtS);
      return heldS > limitS + 1e-6 ? `${f1(heldS)} s` : undefined;
    },
  };
};

const share = (t: Tick) => t.after.plant.accelW / Math.max(1, t.world.accelMaxW);
/** What the coolant must warm by to carry the power away: from some 50 °C, no loop can take more. */
const BOILS_K = 45;
const wouldRiseK = ({ after: { plant } }: Tick) => plant.accelW / (63 * Math.max(0.01, plant.accelFlowLpm));
const safeBut = (t: Tick, but: string) =>
  (Object.keys(SAFE_OUTPUTS) as (keyof typeof SAFE_OUTPUTS)[]).some(
    (n) => n !== but && !(n === 'accelPumpPct' && coldAndOff(t)) && t.after.commanded[n] !== SAFE_OUTPUTS[n],
  );

/** Dimmed for real: the world says so, nothing hides from control what the unit draws, and no water may freeze. */
const dimmed = (t: Tick) =>
  !t.after.core.decided.frost.heat &&
  (t.world.wishes(t.after.houseS).dimmed ||
    t.faults.some((f) => 'around' in f.broken && f.broken.around === 'dimmed' && isOn(f, t.s))) &&
  !lied(t, ['compressorW', 'accelW']) &&
  !t.faults.some((f) => 'plant' in f.broken && f.broken.plant === 'accelHang' && t.s >= f.fromS);
/** What sensors may be wrong by (1 %), and idle cards beside a compressor that has its share. */
const METER_SHARE = 1.01;
const IDLE_CARDS_W = 300;

const backupDrawnW = ({ backupW, params }: Tick['after']['plant']) => params.backupDrawsShare * backupW;

export const bounds = (): Invariant[] => [
  bound('§ 14a', 'accelerator and heater leave a dimmed unit its share', 2.1, (t) => {
    const { accelW, compressorW } = t.after.plant;
    return (
      dimmed(t) &&
      accelW + backupDrawnW(t.after.plant) > Math.max(DIMMED_LEAST_W * METER_SHARE - compressorW, IDLE_CARDS_W)
    );
  }),
  bound('§ 14a', 'a dimmed unit draws no more than it may', 2.1, (t) => {
    const { accelW, compressorW, auxW } = t.after.plant;
    return dimmed(t) && accelW + backupDrawnW(t.after.plant) + compressorW + auxW > DIMMED_LEAST_W * METER_SHARE;
  }),
  bound('F6', 'compressor off when a point it needs is 3 s old', 0.3, (t) => {
    return t.after.commanded.compressorOn > 0 && oldest(t, HEAT_PUMP_POINTS) > 3000;
  }),
  bound('F6', 'accelerator held when outlet or flow are 3 s old and cannot be told', 0.3, (t) => {
    const inOld = oldest(t, ['accelInC', 'accelW']) > 1500;
    const supplied = t.after.effective.accelSupplyOn > 0;
    return supplied && t.after.commanded.accelCapW > 0 && inOld && oldest(t, ACCEL_POINTS) > 3000;
  }),
  bound('F9', 'power at 10 % without a coolant flow that could carry it', 3.2, (t) => {
    return wouldRiseK(t) > BOILS_K && share(t) > 0.1 && !lied(t, ['accelFlowLpm', 'accelW']);
  }),
  bound('F10', 'compressor off without heating water', 3.2, (t) => {
    return t.after.plant.heatFlowLpm < 0.5 && t.after.commanded.compressorOn > 0 && !lied(t, ['heatFlowLpm']);
  }),
  bound('F12', 'compressor off when it does not turn', 11.5, (t) => {
    const still = t.after.plant.compressorShare === 0 && t.after.effective.compressorOn > 0;
    return still && t.after.commanded.compressorOn > 0 && !lied(t, ['compressorW', 'compressorHz']);
  }),
  bound('F13', 'compressor off when a pressure switch opens', 0.2, (t) => {
    const { pressureHighOk, pressureLowOk } = t.after.plant;
    const open = !(pressureHighOk && pressureLowOk);
    return open && t.after.commanded.compressorOn > 0 && !lied(t, ['pressureHighOk', 'pressureLowOk']);
  }),
  bound('F16', 'all safe after a gas alarm', 0.5, (t) => {
    return !t.after.plant.gasOk && safeBut(t, 'coolingOn') && !lied(t, ['gasOk']);
  }),
  bound('F24', 'cap 0 when the accelerator has been silent for 3 s', 0.4, (t) => {
    const grace = t.after.core.interlock.timers.suppliedS > 34;
    return grace && oldest(t, ['accelW', 'accelChipC']) > 3000 && t.after.commanded.accelCapW > 0;
  }),
  bound('F24', 'contactor open when the accelerator has been silent for 30 s', 1, (t) => {
    const grace = t.after.core.interlock.timers.suppliedS > 64;
    return grace && oldest(t, ['accelW', 'accelChipC']) > 30_000 && t.after.commanded.accelSupplyOn > 0;
  }),
  bound('F15', 'water moves when it may freeze', 30, (t) => {
    const coldC = Math.min(t.after.plant.supplyC, t.after.plant.returnC, t.after.plant.condenserC);
    return coldC < 4.9 && t.after.commanded.circulationPct < 15 && !lied(t, ['supplyC', 'returnC', 'condenserOutC']);
  }),
];
