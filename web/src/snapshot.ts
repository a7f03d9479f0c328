import type { LedgerState } from '../../src/contract/ledger.ts';
import type { ComputeState, ControlState, PlantTruth } from '../../src/contract/messages.ts';
import type { PricesAhead } from '../../src/contract/prices.ts';
import type { Today } from '../../src/contract/today.ts';
import type { Tour } from '../../src/contract/tour.ts';

/** What net tells on `live`; a part is null while its sender is silent. */
export interface Snapshot {
  control: ControlState | null;
  compute: ComputeState | null;
  plant: PlantTruth | null;
  /** What is known ahead; the price that holds is in `control`. */
  prices: PricesAhead | null;
  today: Today | null;
  ledger?: LedgerState;
  /** Of `heatmine tour` only. */
  tour?: Tour;
}

/** A plant that tells the truth about itself exists on the simulated board only, even while control is silent. */
export const isSimulated = (snapshot: Snapshot | null): boolean =>
  snapshot !== null && (snapshot.control?.simulated ?? snapshot.plant !== null);
