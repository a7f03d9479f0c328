import type { ControlState } from '../../src/contract/messages.ts';
import type { Snapshot } from '../../src/contract/snapshot.ts';

export type { Snapshot };

/** A plant that tells the truth about itself exists on the simulated board only, even while control is silent. */
export const isSimulated = (snapshot: Snapshot | null): boolean =>
  snapshot !== null && (snapshot.control?.simulated ?? snapshot.plant !== null);

/** Control leaves out the sensors that the board has not: no tank without its sensor. True until it is heard. */
export const hasTank = (control: ControlState | null): boolean => !control || control.sensors.hotWaterC !== undefined;
