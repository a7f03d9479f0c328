import type { Snapshot } from '../../src/contract/snapshot.ts';

export type { Snapshot };

/** A plant that tells the truth about itself exists on the simulated board only, even while control is silent. */
export const isSimulated = (snapshot: Snapshot | null): boolean =>
  snapshot !== null && (snapshot.control?.simulated ?? snapshot.plant !== null);
