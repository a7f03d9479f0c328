import type { LedgerState } from './ledger.ts';
import type { ComputeState, ControlState } from './messages.ts';
import type { PricesAhead } from './prices.ts';
import type { Today } from './today.ts';
import type { Tour } from './tour.ts';
import type { PlantTruth } from './truth.ts';

/** What `/api/state` and `/live` tell: the latest of each topic, null when its sender has gone quiet. */
export interface Snapshot {
  control: ControlState | null;
  compute: ComputeState | null;
  plant: PlantTruth | null;
  /** What control knows ahead; the price that holds is in `control`. */
  prices: PricesAhead | null;
  /** The day of the house so far. */
  today: Today | null;
  /** `house.comfort.timeZone`: in which people are told every time, wherever they sit. */
  timeZone: string;
  /** Swarm work in figures, where a ledger is kept. */
  ledger?: LedgerState;
  /** Of `heatmine tour` only. */
  tour?: Tour;
}
