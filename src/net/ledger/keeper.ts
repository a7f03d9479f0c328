import { join } from 'node:path';
import type { ControlState, Event } from '../../contract/messages.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../core/config.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { loadIdentity, verifySignature } from '../swarm/identity.ts';
import { heatValueOf } from '../swarm/pay/unit-now.ts';
import { type EnergyMeter, type EnergySample, meterEnergy } from './energy.ts';
import { LEDGER_FILE, type Ledger, openLedger } from './ledger.ts';
import { credit } from './settlement.ts';

const SAMPLE_MS = 10_000;
const SETTLE_MS = 3_600_000;
/** More of them in memory and it does not wait for the hour. */
const MANY_ANSWERS = 250_000;

export interface KeeperOptions {
  stateDir: string;
  keysDir: string;
  house: Config['house'];
  view: { snapshot(): Pick<Snapshot, 'control' | 'compute'> };
  history: { event(event: Event): void };
  log: Log;
}

export interface Keeper {
  ledger: Ledger;
  close(): Promise<void>;
}

/** The unit's ledger: opened in its home, with the accelerator's hours, and settled and pruned every hour. */
export async function keepLedger({ stateDir, keysDir, house, view, history, log }: KeeperOptions): Promise<Keeper> {
  const ledger = await openLedger({
    file: join(stateDir, LEDGER_FILE),
    verify: verifySignature,
    onDamage: (text) =>
      history.event({
        timeMs: systemClock.wallMs(),
        level: 'warn',
        source: 'net',
        code: 'LEDGER_DAMAGED',
        text: text.slice(0, 400),
      }),
  });
  const guarded = (body: () => Promise<unknown> | unknown) => async () => {
    try {
      await body();
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'ledger');
    }
  };
  let meter: EnergyMeter = {};
  const sample = guarded(() => {
    const next = sampleOf(view.snapshot(), house, systemClock.wallMs());
    if (!next) return;
    const { meter: after, done } = meterEnergy(meter, next);
    meter = after;
    if (done) ledger.energy(done);
    if (ledger.books().counters.size > MANY_ANSWERS) void settle();
  });
  const settle = guarded(async () => {
    const wallMs = systemClock.wallMs();
    if (ledger.books().channels.size > 0) await ledger.settle(credit, loadIdentity(keysDir).publicKey, wallMs);
    await ledger.prune(wallMs);
  });
  const timers = [setInterval(sample, SAMPLE_MS), setInterval(settle, SETTLE_MS)];
  return {
    ledger,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await ledger.close();
    },
  };
}

/** What a kWh of the accelerator adds to the bill: bought where the house buys, else what feeding it in would have earned. */
function paidEurPerKwh(
  { sensors: { gridW, accelW } }: ControlState,
  { priceEurPerKwh, exportEurPerKwh }: NonNullable<ControlState['price']>,
): number {
  const drawnW = accelW?.quality === 'good' ? (accelW.value ?? 0) : 0;
  if (gridW?.quality !== 'good' || gridW.value === null || drawnW <= 0) return priceEurPerKwh;
  const boughtShare = Math.min(1, Math.max(0, gridW.value / drawnW));
  return boughtShare * priceEurPerKwh + (1 - boughtShare) * exportEurPerKwh;
}

/** Undefined while control, compute or the price has not been heard of. */
export function sampleOf(
  { control, compute }: Pick<Snapshot, 'control' | 'compute'>,
  house: Config['house'],
  wallMs: number,
): EnergySample | undefined {
  if (!control?.price || !compute) return undefined;
  const priceEurPerKwh = paidEurPerKwh(control, control.price);
  return {
    wallMs,
    accelKwh: control.energy.accelKwh,
    answersJ: compute.joules,
    fillerJ: compute.fillerTokens * compute.card.jPerToken,
    priceEurPerKwh,
    heatUsedW: Math.max(0, control.heat.accelW - control.heat.rejectedW),
    heatValueEurPerKwh: heatValueOf({ control }, house, priceEurPerKwh),
    modelled: control.simulated,
  };
}
