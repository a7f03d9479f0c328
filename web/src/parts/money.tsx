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
          <Booked record={record} />
          {meters && <p class="quiet">{t.money.whole(f.eur(meters.costEur), f.eur(meters.plainPumpEur))}</p>}
          <ReturnForm record={record} compute={snapshot?.compute ?? null} />
        </>
      )}
    </section>
  );
}

function Booked({ record }: { record: MoneyRecord }) {
  const { t, f } = useWords();
  const b = booked(record);
  return (
    <div class="tiles">
      <Sum id="earned" label={t.money.earned} eur={0}>
        {t.money.earnedNone}
      </Sum>
      <Sum id="electricity" label={t.money.electricity} eur={-b.electricityEur}>
        {t.money.electricityNote(f.kwh(b.computeKwh))}
      </Sum>
      <Sum id="heat" label={t.money.heat} eur={b.heatEur}>
        {t.money.heatNote(f.kwh(b.heatKwh), f.number(record.cop ?? ASSUMED_COP, 1))}
      </Sum>
      <Sum id="idle" label={t.money.idle} eur={-b.idleEur}>
        {t.money.idleNote(f.kwh(b.idleKwh))}
      </Sum>
      <Sum id="balance" label={t.money.balance} eur={b.heatEur - b.electricityEur}>
        {t.money.balanceNote}
      </Sum>
    </div>
  );
}

interface SumProps {
  id: string;
  label: string;
  eur: number;
  children: ComponentChildren;
}

function Sum({ id, label, eur, children }: SumProps) {
  const { f } = useWords();
  return (
    <div class="tile" id={`money-${id}`}>
      <span class="label">{label}</span>
      <strong>{f.eur(eur)}</strong>
      <span class="quiet">{children}</span>
    </div>
  );
}
