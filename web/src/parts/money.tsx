import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { history } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { ASSUMED_COP, booked, MONEY_POINTS, type MoneyRecord, recordOf } from '../money/record.ts';
import type { Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';
import { ReturnForm } from './return-form.tsx';

const HOURS = 30 * 24;
const EVERY_MS = 60_000;
/** The ledger counts in millionths. */
const CREDIT_DECIMALS = 6;

/** What computing earned, took and gave in the last 30 days, each apart; and what it would bring with other figures. */
export function Money({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f } = useWords();
  const { value, error } = useEvery('money', EVERY_MS, () => history(MONEY_POINTS, HOURS));
  const record = useMemo(() => value && recordOf(value), [value]);
  const meters = snapshot?.control?.meters;
  return (
    <section id="money" aria-labelledby="money-title">
      <h1 id="money-title">
        {t.money.title}
        <Modelled when={value?.simulated} />
      </h1>
      {error && <p class="card fault-text">{t.money.failed(error)}</p>}
      {record && record.slices.length === 0 && <p class="card quiet">{t.money.empty}</p>}
      {record && record.slices.length > 0 && (
        <>
          <p class="quiet">
            {t.money.intro(
              record.days < 2 ? t.history.hours(f.number(record.days * 24, 1)) : t.history.days(f.number(record.days)),
            )}
          </p>
          <Booked record={record} ledger={snapshot?.ledger} />
          <Trade ledger={snapshot?.ledger} />
          {meters && <p class="quiet">{t.money.whole(f.eur(meters.costEur), f.eur(meters.plainPumpEur))}</p>}
          <ReturnForm record={record} compute={snapshot?.compute ?? null} />
        </>
      )}
    </section>
  );
}

function Booked({ record, ledger }: { record: MoneyRecord; ledger: Snapshot['ledger'] }) {
  const { t, f } = useWords();
  const b = booked(record);
  const credits = (n: number) => f.number(n, n > 0 && n < 1 ? CREDIT_DECIMALS : n === 0 ? 0 : 2);
  return (
    <div class="tiles">
      <Sum
        id="credits"
        label={t.money.credits}
        value={ledger ? t.money.creditsValue(credits(ledger.earnedCredits)) : '–'}
      >
        {ledger &&
          t.money.creditsNote(f.number(ledger.answers), credits(ledger.settledCredits), credits(ledger.spentCredits))}
      </Sum>
      <Sum id="paid" label={t.money.paid} value={f.eur(ledger?.paidOutEur)}>
        {ledger?.paidOutEur ? t.money.paidNote : t.money.paidNone}
      </Sum>
      <Sum id="electricity" label={t.money.electricity} value={f.eur(-b.electricityEur)}>
        {t.money.electricityNote(f.kwh(b.computeKwh))}
      </Sum>
      <Sum id="heat" label={t.money.heat} value={f.eur(b.heatEur)}>
        {t.money.heatNote(f.kwh(b.heatKwh), f.number(record.cop ?? ASSUMED_COP, 1))}
      </Sum>
      <Sum id="idle" label={t.money.idle} value={f.eur(-b.idleEur)}>
        {t.money.idleNote(f.kwh(b.idleKwh))}
      </Sum>
      <Sum id="balance" label={t.money.balance} value={f.eur(b.heatEur - b.electricityEur)}>
        {t.money.balanceNote}
      </Sum>
    </div>
  );
}

/** Why nothing is sold now, or for how much. */
function Trade({ ledger }: { ledger: Snapshot['ledger'] }) {
  const { t, f } = useWords();
  if (ledger?.refusing) return <p class="card fault-text">{t.money.refusing(t.say(ledger.refusing))}</p>;
  if (!ledger?.offer) return null;
  const { priceUcPerMtok, reason } = ledger.offer;
  return <p class="quiet">{t.money.offer(f.number(priceUcPerMtok / 1e6, 2), t.say(reason))}</p>;
}

interface SumProps {
  id: string;
  label: string;
  value: string;
  children: ComponentChildren;
}

function Sum({ id, label, value, children }: SumProps) {
  return (
    <div class="tile" id={`money-${id}`}>
      <span class="label">{label}</span>
      <strong>{value}</strong>
      <span class="quiet">{children}</span>
    </div>
  );
}
