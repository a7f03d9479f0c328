import { useState } from 'preact/hooks';
import { useAnswers } from '../answers.ts';
import { settings } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import type { Snapshot } from '../snapshot.ts';
import { AnswerView } from './answer.tsx';
import { CostChoice, type MayCost } from './costs.tsx';

interface Props {
  snapshot: Snapshot | null;
  expert: string;
  onExpert: (expert: string) => void;
}

const SETTINGS_EVERY_MS = 300_000;
const MAX_QUESTION_CHARS: typeof import('../../../src/contract/wire.ts').MAX_QUESTION_CHARS = 16_000;

/** The ask box: one question at a time, streamed, each with what it cost and what it warmed. Nothing is kept. */
export function Ask({ snapshot, expert, onExpert }: Props) {
  const { t } = useWords();
  const { answers, busy, send, stop, ...act } = useAnswers(snapshot?.control ?? null);
  const [question, setQuestion] = useState('');
  const [hint, setHint] = useState('');
  const { joined, mayPay } = useSwarm();
  const [cost, setCost] = useState<MayCost>('free');
  const [swarm, setSwarm] = useState(false);
  const [several, setSeveral] = useState(false);
  const pick = (text: string) => {
    setHint('');
    if (busy) return;
    setQuestion('');
    const others = swarm && joined;
    const dissent = others && several;
    send(text, { expert, swarm: others, dissent, ...(others && mayPay && cost !== 'free' && { tier: cost }) });
  };
  const submit = () => {
    const text = question.trim();
    if (text) pick(text);
    else setHint(t.ask.empty);
  };
  return (
    <section id="ask" aria-labelledby="ask-title">
      <h1 id="ask-title">{t.ask.title}</h1>
      <p class="quiet">{swarm && joined ? t.ask.introSwarm : t.ask.intro}</p>
      <form
        class="card asking"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label class="grow">
          <span class="label">{t.ask.label}</span>
          <textarea
            id="question"
            rows={2}
            maxLength={MAX_QUESTION_CHARS}
            placeholder={t.ask.placeholder}
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
              event.preventDefault();
              submit();
            }}
          />
        </label>
        {joined && <Whom swarm={swarm} onSwarm={setSwarm} />}
        {swarm && joined && (
          <label class="tick">
            <input
              id="several"
              type="checkbox"
              checked={several}
              onChange={({ currentTarget }) => setSeveral(currentTarget.checked)}
            />{' '}
            {t.ask.several}
          </label>
        )}
        {swarm && mayPay && !several && <CostChoice value={cost} onChange={setCost} />}
        <ExpertChoice snapshot={snapshot} value={expert} onChange={onExpert} />
        {busy ? (
          <button type="button" id="stop" onClick={stop}>
            {t.ask.stop}
          </button>
        ) : (
          <button type="submit" id="send" class="primary">
            {t.ask.send}
          </button>
        )}
        {hint && (
          <span class="note" role="alert">
            {hint}
          </span>
        )}
      </form>
      {answers.length === 0 && <Examples onPick={pick} />}
      <div id="answers" role="log" aria-live="polite" aria-busy={busy}>
        {answers.map((answer) => (
          <AnswerView
            key={answer.key}
            answer={answer}
            experts={snapshot?.compute?.experts ?? []}
            busy={busy}
            {...act}
          />
        ))}
      </div>
    </section>
  );
}

/** Whether this unit has joined the swarm and may pay others, as its configuration says. */
function useSwarm(): { joined: boolean; mayPay: boolean } {
  const { value } = useEvery('joined', SETTINGS_EVERY_MS, settings);
  const { join, spendUcPerDay } =
    (value?.config as { swarm?: { join?: boolean; spendUcPerDay?: number } } | undefined)?.swarm ?? {};
  return { joined: join === true, mayPay: join === true && (spendUcPerDay ?? 0) > 0 };
}

/** Questions that the experts of this unit can answer, for those who do not know yet what to ask. */
function Examples({ onPick }: { onPick: (question: string) => void }) {
  const { t } = useWords();
  return (
    <p class="actions panel" id="examples">
      <span class="quiet">{t.ask.examplesTitle}</span>
      {t.ask.examples.map((text) => (
        <button key={text} type="button" onClick={() => onPick(text)}>
          {text}
        </button>
      ))}
    </p>
  );
}

interface Choice {
  snapshot: Snapshot | null;
  value: string;
  onChange: (expert: string) => void;
}

function ExpertChoice({ snapshot, value, onChange }: Choice) {
  const { t } = useWords();
  // The classifier picks, and says nothing itself.
  const answering = (snapshot?.compute?.experts ?? []).filter(({ engine }) => engine !== 'onnx');
  return (
    <label>
      <span class="label">{t.ask.expert}</span>
      <select id="expert" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="auto">{t.ask.auto}</option>
        {answering.map(({ id, title, passes, note }) => (
          <option key={id} value={id}>
            {t.say(title)}
            {!passes && ` (${note ? t.experts.fails : t.experts.untested})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Whom({ swarm, onSwarm }: { swarm: boolean; onSwarm: (swarm: boolean) => void }) {
  const { t } = useWords();
  return (
    <fieldset class="choice" id="whom">
      <legend class="label">{t.ask.whom}</legend>
      <div class="segments">
        {[false, true].map((each) => (
          <label key={String(each)}>
            <input type="radio" name="whom" checked={swarm === each} onChange={() => onSwarm(each)} />
            <span>{each ? t.ask.swarm : t.ask.here}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
