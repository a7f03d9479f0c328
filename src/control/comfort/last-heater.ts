import type { House } from '../../contract/house.ts';
import type { CoreState } from '../state.ts';
import type { Wish } from './comfort.ts';

/**
 * With the heat pump dead or water near freezing, in a house without a backup heater, the accelerator is all that can heat:
 * then it heats whatever its owner has wished of computing. F15; a frozen pipe is worse than a switch that is not obeyed.
 */
export function lastHeater(wish: Wish, house: House, { emergency, decided }: CoreState): Wish {
  const isLast = house.backupHeaterW === 0 && house.accelMaxW > 0 && (emergency.on || decided.frost.heat);
  if (!isLast || wish.setPoints.computeOn) return wish;
  const cause = emergency.on ? 'the heat pump cannot run' : 'water may freeze';
  const text = `computing is switched off or paused, but ${cause} and no backup heater is there: the accelerator heats until that is over`;
  return {
    ...wish,
    setPoints: { ...wish.setPoints, computeOn: true },
    reasons: [{ what: 'computeOn', code: 'last-heater', text }, ...wish.reasons],
  };
}
