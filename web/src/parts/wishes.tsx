import { useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import { OVERRIDE_MAX_MIN, OVERRIDE_MIN, type OverrideKind } from '../../../src/contract/override-kinds.ts';
import { override, Refused } from '../api.ts';
import { useWords } from '../i18n/index.ts';
import { hasTank } from '../snapshot.ts';

/** Less would read as nought. */
const LEAST_EUR = 0.005;
/** Drying a floor is begun by the installer, by command line; while it holds everybody sees it. */
const BUTTONS = ['warmer', 'hot-water-once', 'quiet', 'pause-compute'] as const;
const DAY_MIN = 1440;

type Ask = (kind: OverrideKind, forMin: number) => void;
interface WishProps {
  control: ControlState | null;
  busy: boolean;
  ask: Ask;
}

/** A button while it is not in force, then how long it goes on, what it costs, and its end. */
function Wish({ control, busy, ask, kind, minutes }: WishProps & { kind: OverrideKind; minutes: number }) {
  const { t, f } = useWords();
  const held = control?.overrides.find((o) => o.kind === kind);
  const eur = held?.costEur ?? 0;
  const worth = eur < 0 ? t.wishes.saves : t.wishes.costs;
  const cost = Math.abs(eur) < LEAST_EUR ? '' : worth(f.eur(Math.abs(eur)));
  return (
    <button
      type="button"
      id={`wish-${kind}`}
      aria-pressed={held !== undefined}
      disabled={!control || busy || !(minutes > 0)}
      onClick={() => ask(kind, held ? 0 : minutes)}
    >
      <span>{t.wishes.names[kind]}</span>
      <small>{held ? t.wishes.held(f.duration(held.leftS), cost) : f.duration(minutes * 60)}</small>
    </button>
  );
}

/** Nobody at home for some days; the house is ready again at their end. */
function Holiday(props: WishProps) {
  const { t } = useWords();
  const [days, setDays] = useState(OVERRIDE_MIN.holiday / DAY_MIN);
  const mostDays = OVERRIDE_MAX_MIN.holiday / DAY_MIN;
  return (
    <div class="holiday">
      <label for="holiday-days">{t.wishes.awayFor}</label>
      <input
        id="holiday-days"
        type="number"
        min={1}
        max={mostDays}
        value={days}
        onInput={(event) =>
          setDays(Math.min(mostDays, Math.max(0, Math.round(event.currentTarget.valueAsNumber) || 0)))
        }
      />
      <span>{t.wishes.days}</span>
      <Wish {...props} kind="holiday" minutes={days * DAY_MIN} />
    </div>
  );
}

/** Wishes that end by themselves. */
export function Wishes({ control }: { control: ControlState | null }) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const ask = async (kind: OverrideKind, forMin: number) => {
    setBusy(true);
    setRefused(null);
    try {
      await override(kind, forMin);
    } catch (error) {
      setRefused(error instanceof Refused ? t.controls.refused(t.say(error.message)) : t.controls.unreachable);
    } finally {
      setBusy(false);
    }
  };
  const props = { control, busy, ask };
  const dries = control?.overrides.some((o) => o.kind === 'screed');
  return (
    <section class="card" aria-labelledby="wishes-title">
      <h2 id="wishes-title">{t.wishes.title}</h2>
      <div class="wishes">
        {BUTTONS.filter((kind) => kind !== 'hot-water-once' || hasTank(control)).map((kind) => (
          <Wish key={kind} {...props} kind={kind} minutes={OVERRIDE_MIN[kind]} />
        ))}
        {dries && <Wish {...props} kind="screed" minutes={OVERRIDE_MIN.screed} />}
      </div>
      <Holiday {...props} />
      <span class="note" role="status">
        {refused}
      </span>
    </section>
  );
}
