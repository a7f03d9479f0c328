import { useState } from 'preact/hooks';
import { CARDS } from '../../../src/contract/cards.ts';
import type { ComputeState } from '../../../src/contract/messages.ts';
import { useWords } from '../i18n/index.ts';
import type { MoneyRecord } from '../money/record.ts';
import { type Assumptions, isGuess, returnOf } from '../money/return.ts';

/** Where a house has not answered anything yet. */
const TOKENS_OF_AN_ANSWER = 300;

type Field = Exclude<keyof Assumptions, 'jPerToken'>;
/** Greatest value of each; the least is 0, of years and tokens 1. */
const FIELDS: readonly [Field, 'answers' | 'price' | 'tokens' | 'hardware' | 'years', number][] = [
  ['answersPerDay', 'answers', 1e6],
  ['eurPer1000Answers', 'price', 1e4],
  ['tokensPerAnswer', 'tokens', 1e5],
  ['hardwareEur', 'hardware', 1e6],
  ['years', 'years', 30],
];

interface Props {
  record: MoneyRecord;
  compute: ComputeState | null;
}

/** Assumptions that can be changed, and what they come to in this house. */
export function ReturnForm({ record, compute }: Props) {
  const { t, f } = useWords();
  const [card, setCard] = useState<string | null>(null);
  const [changed, setChanged] = useState<Partial<Record<Field, number>>>({});
  const measured = Math.round(record.answersPerDay);
  const cardId = card ?? compute?.card.id ?? Object.keys(CARDS)[0]!;
  const assumed: Assumptions = {
    answersPerDay: measured,
    eurPer1000Answers: 0,
    tokensPerAnswer: Math.max(1, Math.round(record.tokensPerAnswer ?? TOKENS_OF_AN_ANSWER)),
    hardwareEur: 1000,
    years: 5,
    ...changed,
    jPerToken: CARDS[cardId]?.jPerToken ?? compute?.card.jPerToken ?? 1,
  };
  return (
    <section class="card" aria-labelledby="roi-title" id="roi">
      <h2 id="roi-title">{t.money.roi}</h2>
      <p class="quiet">{t.money.roiIntro}</p>
      <div class="fields">
        {FIELDS.map(([field, word, max]) => (
          <label key={field}>
            <span class="label">{t.money[word]}</span>
            <input
              id={`roi-${word}`}
              type="number"
              inputMode="decimal"
              min={field === 'years' || field === 'tokensPerAnswer' ? 1 : 0}
              max={max}
              step="any"
              value={assumed[field]}
              onInput={(event) => {
                const { valueAsNumber, validity } = event.currentTarget;
                if (validity.valid && Number.isFinite(valueAsNumber))
                  setChanged((was) => ({ ...was, [field]: valueAsNumber }));
              }}
            />
          </label>
        ))}
        <label class="wide">
          <span class="label">{t.money.card}</span>
          <select id="roi-card" value={cardId} onChange={(event) => setCard(event.currentTarget.value)}>
            {Object.values(CARDS).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="quiet">{t.money.measured(f.number(measured), f.number(Math.max(1, Math.round(record.days))))}</p>
      {isGuess(record) && (
        <p id="roi-guess">
          <strong>{t.money.guess(f.duration(record.days * 86_400))}</strong>
        </p>
      )}
      <Outcome record={record} assumed={assumed} />
      <OtherCards record={record} assumed={assumed} cardId={cardId} />
      <p class="quiet">{t.money.scaled}</p>
      {CARDS[cardId] && (
        <p class="quiet">
          {t.simulated.source}: {CARDS[cardId].source}
        </p>
      )}
    </section>
  );
}

/** The same house and the same assumptions with each card that is known: what if? */
function OtherCards({ record, assumed, cardId }: { record: MoneyRecord; assumed: Assumptions; cardId: string }) {
  const { t, f } = useWords();
  const rows = Object.values(CARDS).map(({ id, name, jPerToken }) => ({
    ...{ id, name, jPerToken },
    ...returnOf(record, { ...assumed, jPerToken }),
  }));
  return (
    <section id="what-if" aria-labelledby="what-if-title">
      <h3 id="what-if-title">{t.money.whatIf}</h3>
      <p class="quiet">{t.money.whatIfNote}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.money.card}</th>
            <th scope="col" class="right">
              {t.money.perToken}
            </th>
            <th scope="col" class="right">
              {t.money.netYear}
            </th>
            <th scope="col" class="right">
              {t.money.breakEvenDay}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, jPerToken, netEurPerYear, breakEvenPerDay }) => (
            <tr key={id} aria-current={id === cardId ? 'true' : undefined}>
              <th scope="row">{name}</th>
              <td class="right">{f.number(jPerToken, 2)}</td>
              <td class="right">{f.eur(netEurPerYear)}</td>
              <td class="right">
                {breakEvenPerDay === null ? t.money.neverAlone : f.number(Math.ceil(breakEvenPerDay))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Outcome({ record, assumed }: { record: MoneyRecord; assumed: Assumptions }) {
  const { t, f } = useWords();
  const r = returnOf(record, assumed);
  const lines: [string, number][] = [
    [t.money.income, r.incomeEurPerYear],
    [t.money.heatValue, r.heatEurPerYear],
    [t.money.bought, -r.electricityEurPerYear],
    [t.money.net, r.netEurPerYear],
  ];
  return (
    <div aria-live="polite">
      <table class="sums">
        <tbody>
          {lines.map(([label, eur]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="right">{t.money.perYear(f.eur(eur))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p id="break-even">
        <strong>
          {t.money.breakEven}:{' '}
          {r.breakEvenPerDay === null
            ? t.money.never(f.eur(-1000 * r.eurPerAnswer))
            : t.money.breakEvenAt(f.number(Math.ceil(r.breakEvenPerDay)))}
        </strong>
        {r.paybackYears !== null && <span>, {t.money.payback(f.number(r.paybackYears, 1))}</span>}
      </p>
      {assumed.answersPerDay === 0 && <p class="quiet">{t.money.noAnswers}</p>}
    </div>
  );
}
