import type { SetCommand } from './messages.ts';

/** What people call each set-point, in Home Assistant and in what the unit says; the German is in `german/` and net/hass. */
export const SET_NAMES: Record<SetCommand['name'], string> = {
  mode: 'mode',
  operation: 'operation',
  roomSetC: 'room set-point',
  hotWaterSetC: 'hot water set-point',
  computeOn: 'compute',
  computeValueEurPerKwh: 'value of computing',
};
