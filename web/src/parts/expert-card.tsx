import { useState } from 'preact/hooks';
import { changeExpert, type ExpertsList, Refused } from '../api.ts';
import { useWords } from '../i18n/index.ts';
import { Modelled } from './modelled.tsx';

/** Models of this engine pick an expert and answer nothing themselves. */
export const CLASSIFIES = 'onnx';
const UPSTREAM = 'upstream';
/** Within this the time of day says enough. */
const TODAY_MS = 12 * 3_600_000;

const TONES = { passes: 'good', fails: 'fault', untested: 'warn' };

interface Props {
  expert: ExpertsList['experts'][number];
  /** Others are made from it. */
  isAncestor: boolean;
  onAsk: (expert: string) => void;
  onChanged: () => void;
}

/** One expert. One that fails its own tests says so here, as everywhere. */
export function ExpertCard({ expert, isAncestor, onAsk, onChanged }: Props) {
  const { t } = useWords();
  const { id, title, engine, resident, passes, note, description } = expert;
  // Whoever was tested and failed says how.
  const verdict = passes ? 'passes' : note ? 'fails' : 'untested';
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const turn = async () => {
    setBusy(true);
    setRefused('');
    try {
      await changeExpert(resident ? 'unload' : 'load', id);
    } catch (error) {
      setRefused(error instanceof Refused ? t.experts.refused(t.say(error.message)) : t.controls.unreachable);
    }
    setBusy(false);
    onChanged();
  };
  return (
    <li class="card" id={`expert-${id}`}>
      <h2>
        {t.say(title)} <code>{id}</code>
      </h2>
      <p>
        <span class={`chip ${TONES[verdict]}`}>{t.experts[verdict]}</span>
      </p>
      <p>{engine === CLASSIFIES ? t.experts.picks : t.say(description)}</p>
      {note && (
        <details class="quiet">
          <summary>{t.experts.tested}</summary>
          <p>
            {engine === CLASSIFIES && t.experts.pickedRight} {t.say(note)}
          </p>
        </details>
      )}
      <Facts expert={expert} isAncestor={isAncestor} />
      <p class="actions">
        {engine !== CLASSIFIES && (
          <button type="button" aria-label={`${t.experts.askThis}: ${t.say(title)}`} onClick={() => onAsk(id)}>
            {t.experts.askThis}
          </button>
        )}
        {engine !== UPSTREAM && (
          <button
            type="button"
            class="turn"
            disabled={busy}
            aria-label={`${resident ? t.experts.unload : t.experts.load}: ${t.say(title)}`}
            onClick={turn}
          >
            {resident ? t.experts.unload : t.experts.load}
          </button>
        )}
      </p>
      <span class="note" role="status">
        {busy ? (resident ? t.experts.unloading : t.experts.loading) : refused}
      </span>
    </li>
  );
}

function Facts({ expert, isAncestor }: Pick<Props, 'expert' | 'isAncestor'>) {
  const { t, f } = useWords();
  const { engine, resident, sizeBytes, memoryBytes, lastUsedMs, demandShare, parents, licence, jPerToken, energyFrom } =
    expert;
  const here = resident ? t.experts.resident(f.size(memoryBytes)) : t.experts.onDisk(f.size(sizeBytes));
  const origin = parents.length > 0 ? parents.join(', ') : t.experts.original;
  const when = (ms: number) => (Date.now() - ms < TODAY_MS ? f.time(ms) : f.dateTime(ms));
  return (
    <dl class="facts">
      <dt>{t.experts.place}</dt>
      <dd>{engine === UPSTREAM ? t.experts.elsewhere : here}</dd>
      {engine !== UPSTREAM && engine !== CLASSIFIES && (
        <>
          <dt>{t.experts.demand}</dt>
          <dd>{t.experts.demandOf(f.number(100 * demandShare))}</dd>
          <dt>{t.experts.lastAsked}</dt>
          <dd>{lastUsedMs === null ? t.experts.never : when(lastUsedMs)}</dd>
          <dt>{t.experts.energy}</dt>
          <dd>
            {jPerToken === null ? '–' : t.experts.perToken(f.number(jPerToken, 2))}
            <Modelled when={energyFrom === 'modelled'} />
          </dd>
        </>
      )}
      {engine !== UPSTREAM && (
        <>
          <dt>{t.experts.lineage}</dt>
          <dd>{isAncestor ? `${origin}; ${t.experts.ancestorOf}` : origin}</dd>
          <dt>{t.experts.licence}</dt>
          <dd>{licence || '–'}</dd>
        </>
      )}
    </dl>
  );
}
