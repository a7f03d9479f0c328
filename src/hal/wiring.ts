import { ACTUATOR_NAMES, type ActuatorName, SENSOR_NAMES, type SensorName } from '../contract/points.ts';
import type { Board } from './board.ts';
import { whereOf, wiringOf } from './drivers/params.ts';
import { headerOf } from './headers.ts';

/** One point of a board, and where its wire goes. */
export interface BoardPoint {
  name: SensorName | ActuatorName;
  direction: 'in' | 'out';
  device: string;
  driver: string;
  /** "gpio0 line 17 (header pin 11)". */
  where: string;
  channel: string;
  /** "1.5 s" for a sensor, "safe 0" for an output. */
  rule: string;
  note: string;
}

/** Place of a device; for a GPIO line that reaches a header its pin as well. */
export function placeOf(board: Pick<Board, 'buses'>, params: unknown): string {
  const wiring = wiringOf(params);
  const spec = board.buses[wiring.bus];
  const pin = wiring.kind === 'gpio' && spec?.kind === 'gpio' ? headerOf(spec.chip)?.pins[wiring.line] : undefined;
  return pin ? `${whereOf(params)} (header pin ${pin})` : whereOf(params);
}

/** Every point of the board in the order of its devices. */
export function pointsOfBoard(board: Board): BoardPoint[] {
  return Object.entries(board.devices).flatMap(([device, { driver, params, sensors, actuators }]) => {
    const common = { device, driver, where: placeOf(board, params) };
    const ins = SENSOR_NAMES.flatMap((name): BoardPoint[] => {
      const s = sensors[name];
      if (!s) return [];
      const rule = `${s.maxAgeMs / 1000} s`;
      return [{ name, direction: 'in', ...common, channel: s.channel, rule, note: s.note }];
    });
    const outs = ACTUATOR_NAMES.flatMap((name): BoardPoint[] => {
      const a = actuators[name];
      if (!a) return [];
      return [{ name, direction: 'out', ...common, channel: a.channel, rule: `safe ${a.safe}`, note: a.note }];
    });
    return [...ins, ...outs];
  });
}
