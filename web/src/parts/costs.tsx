import type { Quote } from '../../../src/contract/wire.ts';
import type { Answer, Answers, Told } from '../answers.ts';
import { useWords } from '../i18n/index.ts';

/** Micro-credits a credit. */
const UC = 1_000_000;
/** As many digits as a small answer needs. */
const DIGITS = 6;

export type MayCost = Quote['tier'] | 'free';
const CHOICES: MayCost[] = ['free', 'economy', 'standard'];

/** Whether an answer of others may cost something; only shown where the owner allowed that. */
export function CostChoice({ value, onChange }: { value: MayCost; onChange: (value: MayCost) => void }) {
  const { t } = useWords();
  return (
    <label>
      <span class="label">{t.ask.mayCost}</span>
      <select
        id="may-cost"
        value={value}
        onChange={({ currentTarget }) => onChange(CHOICES.find((each) => each === currentTarget.value) ?? 'free')}
      >
        {CHOICES.map((each) => (
          <option key={each} value={each}>
            {t.ask.costs[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

type Props = Pick<Answers, 'agree' | 'tell'> & { answer: Answer; busy: boolean };

/** What an answer may cost before it is asked, what it did cost after, and whether it was of use. */
export function Costs({ answer, busy, agree, tell }: Props) {
  const { t, f } = useWords();
  const { offer, agreed, end, broken, told } = answer;
  const credits = (uc: number) => f.number(uc / UC, DIGITS);
  return (
    <>
      {offer && (!agreed || broken === 'lost') && (
        <div class="offer">
          <p>
            {t.ask.atMost(credits(offer.mostUc), f.number(offer.nodes))}{' '}
            <span class="quiet">{t.ask.left(credits(offer.leftUc))}</span>
          </p>
          <button type="button" class="primary agree" disabled={busy} onClick={() => agree(answer)}>
            {agreed ? t.ask.again : t.ask.agree}
          </button>
        </div>
      )}
      {end?.paid && (
        <p class="quiet cost">
          {end.paid.uc === 0 ? t.ask.costNothing : t.ask.cost(credits(end.paid.uc))}
          {end.paid.dispute && ` ${t.ask.dispute(end.paid.dispute)}`}
        </p>
      )}
      {end?.useful && <Useful told={told} onTell={(useful) => tell(answer, useful)} />}
    </>
  );
}

/** Asked once of each answer. */
export function Useful({ told, onTell }: { told: Told | undefined; onTell: (useful: boolean) => void }) {
  const { t } = useWords();
  return (
    <p class="useful">
      {told === undefined || told === 'telling' ? (
        <>
          <span class="quiet">{t.ask.useful}</span>{' '}
          {[true, false].map((each) => (
            <button key={String(each)} type="button" disabled={told === 'telling'} onClick={() => onTell(each)}>
              {each ? t.ask.yes : t.ask.no}
            </button>
          ))}
        </>
      ) : (
        <span class="quiet" role="status">
          {told === 'told' ? t.ask.told : t.ask.notTold}
        </span>
      )}
    </p>
  );
}
