import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Grant } from '../contract/messages.ts';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { dayStartMs } from '../core/house-day.ts';
import { holdLease } from '../core/lease.ts';
import type { Link } from '../core/link.ts';
import { type Books, emptyBooks } from './ledger/books.ts';
import { ASKED_FILE, type Ledger } from './ledger/ledger.ts';
import { readLedgerFile } from './ledger/read.ts';
import { summaryOf } from './ledger/summary.ts';
import { rateNow, type UnitNow } from './swarm/pay/rates.ts';
import type { Trade } from './swarm/pay/till.ts';
import { freeHours, unitNow } from './swarm/pay/unit-now.ts';
import type { UnitView } from './view.ts';

const SAMPLE_MS = 10_000;

export interface TradeOptions {
  config: Config;
  stateDir: string;
  link: Link;
  view: Pick<UnitView, 'heard' | 'tellLedger'>;
  ledger: Ledger;
}

/** What the unit trades by in the swarm: its watts of now, and its ledger, which the page sees too. */
export function openTrade({ config, stateDir, link, view, ledger }: TradeOptions): Trade & { close(): void } {
  const grant = holdLease<Grant | null>(null);
  link.on('grant', (lease) => grant.offer(lease, systemClock.monoMs()));
  const hours = freeHours();
  /** When computing is expected to pay, by the prices known ahead; on our own clock, which a simulated house does not go by. */
  const announced = (): number | undefined => {
    const { control } = view.heard();
    const fromMs = control?.price?.computeFromMs;
    return fromMs && systemClock.wallMs() + (fromMs - control.houseTimeMs) / control.speed;
  };
  const unit = (): UnitNow =>
    unitNow({
      snapshot: view.heard(),
      grant: grant.get(systemClock.monoMs()),
      house: config.house,
      nextFreeMs: announced() ?? hours.next(systemClock.wallMs()),
    });
  const asked = askedBooks(join(stateDir, ASKED_FILE));
  const look = () => {
    hours.seen(unit().freeW, systemClock.wallMs());
    asked.look();
  };
  look();
  const timer = setInterval(look, SAMPLE_MS);
  const { serve, join: isJoined } = config.swarm;
  const offer = () => {
    if (!serve || !isJoined) return undefined;
    const now = unit();
    const rate = rateNow('standard', now, serve);
    if ('wait' in rate) return undefined;
    const { freeW, nextFreeMs } = now;
    const { answerUcPerMtok: priceUcPerMtok, reason } = rate;
    return { priceUcPerMtok, reason, freeW, ...(nextFreeMs !== undefined && { nextFreeMs }) };
  };
  view.tellLedger(() =>
    summaryOf({
      ...{ books: ledger.books(), asked: asked.books(), refusing: ledger.refusing(), offer: offer() },
      dayStartMs: dayStartMs(systemClock.wallMs(), config.house.comfort.timeZone),
    }),
  );
  return { ledger, unit, close: () => clearInterval(timer) };
}

/** The file that `heatmine ask --swarm` writes, read again when it has changed. */
function askedBooks(file: string): { look(): void; books(): Books } {
  let books = emptyBooks();
  let seen = '';
  return {
    look() {
      const stat = statSync(file, { throwIfNoEntry: false });
      const state = stat ? `${stat.mtimeMs} ${stat.size}` : '';
      if (state === seen) return;
      seen = state;
      books = stat ? readLedgerFile(file).books : emptyBooks();
    },
    books: () => books,
  };
}
