import type { ControlState } from '../../../src/contract/messages.ts';
import { useWords } from '../i18n/index.ts';
import type { Snapshot } from '../live.ts';
import { Controls } from './controls.tsx';
import { Flow } from './flow.tsx';
import { Tiles } from './tiles.tsx';

/** The first screen: what the unit does and why, where the energy goes, and the few things a person sets. */
export function Now({ snapshot }: { snapshot: Snapshot | null }) {
  const { t } = useWords();
  const control = snapshot?.control ?? null;
  const reason = control?.reasons[0];
  return (
    <section id="now" aria-label={t.now.title}>
      <div class="headline">
        <p class="chips">
          {control && <span class={`chip action-${control.action}`}>{t.action[control.action]}</span>}
          {control && <Safety control={control} />}
        </p>
        <h1 id="sentence" lang="en">
          {reason?.text ?? t.noControl}
        </h1>
        {control && (control.safety !== 'S0' || control.latched) && (
          <p class="alarm">
            {t.safety[control.safety].long} {control.latched && t.latched}
          </p>
        )}
      </div>
      <div class="columns">
        <Flow snapshot={snapshot} />
        <Controls control={control} />
      </div>
      <Tiles snapshot={snapshot} />
    </section>
  );
}

/** State in words and colour: the colour alone says nothing. */
function Safety({ control }: { control: ControlState }) {
  const { t } = useWords();
  const tone = control.latched || control.safety >= 'S3' ? 'fault' : control.safety === 'S0' ? 'good' : 'warn';
  return (
    <span id="safety" class={`chip ${tone}`} title={t.safety[control.safety].long}>
      {t.safetyLabel}: {t.safety[control.safety].short} ({control.safety})
    </span>
  );
}
