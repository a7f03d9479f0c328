import { z } from 'zod';
import { SENSOR_NAMES, type SensorName } from '../../contract/points.ts';
import type { Random } from '../../core/random.ts';
import { faultsOfKind } from './plant/faults.ts';
import type { PlantFaults } from './plant/plant.ts';

const share = z.number().min(0).max(1);

/**
 * What can be broken on purpose, one at a time or together; the rows of the fault table name them.
 * Device: `absent` no answer, `stuck` holds its bus (I2C), never answers, or does not follow (relay), `noise` corrupts
 * that share of its answers, `late` answers after so long, `frozen` goes on answering the value it had, `swapped`
 * exchanges each two bytes, `foreign` is another device answering in its place.
 * Point: `open` and `short` are its wire; `value`, `spikes`, `drift`, `swap` bend what its sensor sees.
 */
export const Fault = z.union([
  z.strictObject({ device: z.string().max(32), fault: z.enum(['absent', 'stuck', 'frozen', 'swapped', 'foreign']) }),
  z.strictObject({ device: z.string().max(32), fault: z.literal('noise'), share: share.default(1) }),
  z.strictObject({ device: z.string().max(32), fault: z.literal('late'), ms: z.number().min(0).max(60_000) }),
  z.strictObject({ point: z.enum(SENSOR_NAMES), fault: z.enum(['open', 'short', 'frozen']) }),
  z.strictObject({ point: z.enum(SENSOR_NAMES), fault: z.literal('value'), value: z.number().finite() }),
  z.strictObject({ point: z.enum(SENSOR_NAMES), fault: z.literal('spikes'), share, size: z.number().finite() }),
  z.strictObject({ point: z.enum(SENSOR_NAMES), fault: z.literal('drift'), perMinute: z.number().finite() }),
  z.strictObject({ point: z.enum(SENSOR_NAMES), fault: z.literal('swap'), with: z.enum(SENSOR_NAMES) }),
  z.strictObject({ plant: z.enum(['coolantFlow', 'heatFlow']), share: share.default(0) }),
  z.strictObject({ plant: z.enum(faultsOfKind('travelS')), seconds: z.number().positive().max(3600) }),
  z.strictObject({ plant: z.enum(faultsOfKind('switch')) }),
]);
export type Fault = z.infer<typeof Fault>;
/** As a caller writes it, defaults left out. */
export type FaultInput = z.input<typeof Fault>;
type DeviceFault = Extract<Fault, { device: string }>;
type PointFault = Extract<Fault, { point: string }>;

export interface Faults {
  inject(fault: Fault, nowMs: number, sensors: Record<SensorName, number>): void;
  clear(): void;
  device(name: string): DeviceFault | undefined;
  wire(point: SensorName): 'sound' | 'open' | 'short';
  /** What the sensor at this point sees instead of the truth. */
  bend(point: SensorName, sensors: Record<SensorName, number>, nowMs: number, random: Random): number;
  plant(): PlantFaults;
}

export function createFaults(): Faults {
  const devices = new Map<string, DeviceFault>();
  const points = new Map<SensorName, { fault: PointFault; sinceMs: number; held: number }>();
  let plant: PlantFaults = {};
  return {
    inject(fault, nowMs, sensors) {
      if ('device' in fault) devices.set(fault.device, fault);
      else if ('point' in fault) points.set(fault.point, { fault, sinceMs: nowMs, held: sensors[fault.point] });
      else if (fault.plant === 'coolantFlow') plant = { ...plant, coolantFlowShare: fault.share };
      else if (fault.plant === 'heatFlow') plant = { ...plant, heatFlowShare: fault.share };
      else plant = { ...plant, [fault.plant]: 'seconds' in fault ? fault.seconds : true };
    },
    clear() {
      devices.clear();
      points.clear();
      plant = {};
    },
    device: (name) => devices.get(name),
    wire(point) {
      const fault = points.get(point)?.fault.fault;
      return fault === 'open' || fault === 'short' ? fault : 'sound';
    },
    bend(point, sensors, nowMs, random) {
      const held = points.get(point);
      const truth = sensors[point];
      if (!held) return truth;
      const { fault } = held;
      if (fault.fault === 'frozen') return held.held;
      if (fault.fault === 'value') return fault.value;
      if (fault.fault === 'spikes') return random() < fault.share ? truth + fault.size * (2 * random() - 1) : truth;
      if (fault.fault === 'drift') return truth + (fault.perMinute * (nowMs - held.sinceMs)) / 60_000;
      return fault.fault === 'swap' ? sensors[fault.with] : truth;
    },
    plant: () => plant,
  };
}
