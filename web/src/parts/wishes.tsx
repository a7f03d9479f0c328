import { useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import { OVERRIDE_KINDS, OVERRIDE_MIN, type OverrideKind } from '../../../src/contract/override-kinds.ts';
import { override, Refused } from '../api.ts';
import { useWords } from '../i18n/index.ts';

/** Less would read as nought. */
const LEAST_EUR = 0.005;

/** Wishes that end by themselves: a button while it is not in force, then how long it goes on, what it costs, and its end. */
export function Wishes({ control }: { control: ControlState | null }) {
  const { t, f } = useWords();
  const [busy, setBusy] = useState<OverrideKind | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const ask = async (kind: OverrideKind, forMin: number) => {
    setBusy(kind);
    setRefused(null);
    try {
      await override(kind, forMin);
    } catch (error) {
      setRefused(error instanceof Refused ? t.controls.refused(t.say(error.message)) : t.controls.unreachable);
    } finally {
      setBusy(null);
    }
  };
  return (
    <section class="card" aria-labelledby="wishes-title">
      <h2 id="wishes-title">{t.wishes.title}</h2>
      <div class="wishes">
        {OVERRIDE_KINDS.map((kind) => {
          const held = control?.overrides.find((o) => o.kind === kind);
          const cost = Math.abs(held?.costEur ?? 0) < LEAST_EUR ? '' : t.wishes.costs(f.eur(held?.costEur));
          return (
            <button
              key={kind}
              type="button"
              id={`wish-${kind}`}
              aria-pressed={held !== undefined}
              disabled={!control || busy !== null}
              onClick={() => ask(kind, held ? 0 : OVERRIDE_MIN[kind])}
            >
              <span>{t.wishes.names[kind]}</span>
              <small>
                {held ? t.wishes.held(f.duration(held.leftS), cost) : t.wishes.hours(OVERRIDE_MIN[kind] / 60)}
              </small>
            </button>
          );
        })}
      </div>
      <span class="note" role="status">
        {refused}
      </span>
    </section>
  );
}
