import type { Acknowledge } from '../contract/acknowledge.ts';
import type { OverrideCommand } from '../contract/comfort.ts';
import type { LedgerState } from '../contract/ledger.ts';
import type { ComputeState, ControlState, SetCommand } from '../contract/messages.ts';
import type { PricesAhead } from '../contract/prices.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { Today } from '../contract/today.ts';
import type { PlantTruth } from '../contract/truth.ts';
import type { Clock } from '../core/clock.ts';
import type { Link } from '../core/link.ts';

export interface View {
  snapshot(): Snapshot;
  onControl(listener: (state: ControlState) => void): () => void;
  /** Sends a change; the answer comes with a later control/state. False while the broker is away. */
  send(name: 'set', command: SetCommand): boolean;
  send(name: 'override', command: OverrideCommand): boolean;
  send(name: 'acknowledge', command: Acknowledge): boolean;
}

/** All of these are sent at 1 Hz; after this long without one the page must not show it as the present. */
const QUIET_MS = 10_000;

/** That of a unit, whose ledger says its part. */
export interface UnitView extends View {
  /** The snapshot without the ledger, which is made of it. */
  heard(): Omit<Snapshot, 'ledger'>;
  tellLedger(summary: () => LedgerState): void;
}

/** `timeZone` is the house's. */
export function openView(link: Link, clock: Clock, timeZone: string): UnitView {
  const listeners = new Set<(state: ControlState) => void>();
  const hold = <T>() => {
    let value: T | null = null;
    let atMs = 0;
    return {
      set(next: T) {
        value = next;
        atMs = clock.monoMs();
      },
      get: () => (clock.monoMs() - atMs <= QUIET_MS ? value : null),
    };
  };
  const control = hold<ControlState>();
  const compute = hold<ComputeState>();
  const plant = hold<PlantTruth>();
  link.on('controlState', (state) => {
    control.set(state);
    for (const listener of listeners) listener(state);
  });
  link.on('computeState', compute.set);
  link.on('plantTruth', plant.set);
  let ledger: (() => LedgerState) | undefined;
  let today: Today | null = null;
  link.on('today', (line) => {
    today = line;
  });
  let prices: PricesAhead | null = null;
  link.on('pricesAhead', (ahead) => {
    prices = ahead;
  });
  const heard = () => ({
    control: control.get(),
    compute: compute.get(),
    plant: plant.get(),
    prices: control.get() && prices,
    today: control.get() && today,
    timeZone,
  });
  return {
    heard,
    snapshot: () => ({ ...heard(), ...(ledger && { ledger: ledger() }) }),
    tellLedger(summary) {
      ledger = summary;
    },
    onControl(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(name, command) {
      if (!link.connected()) return false;
      link.publish(name, command);
      return true;
    },
  };
}
