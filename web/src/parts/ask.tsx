import { useEffect, useRef, useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import type { Reply } from '../../../src/contract/wire.ts';
import { settings } from '../api.ts';
import { ask } from '../ask.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import type { Snapshot } from '../snapshot.ts';
import { AnswerView } from './answer.tsx';

export interface Answer {
  key: number;
  question: string;
  /** Asked of others. */
  swarm: boolean;
  start?: Extract<Reply, { type: 'start' }>;
  text: string;
  end?: Extract<Reply, { type: 'end' }>;
  error?: Extract<Reply, { type: 'error' }>;
  broken?: 'stopped' | 'lost';
  /** Where the accelerator's heat went when the answer ended. */
  where?: 'rooms' | 'hotWater' | 'outside';
}

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
  const { answers, busy, send, stop } = useAnswers(snapshot?.control ?? null);
  const [question, setQuestion] = useState('');
  const [hint, setHint] = useState('');
  const joined = useJoined();
  const [swarm, setSwarm] = useState(false);
  const pick = (text: string) => {
    setHint('');
    setQuestion('');
    if (!busy) send(text, { expert, swarm: swarm && joined });
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
        <label>
          <span class="label">{t.ask.expert}</span>
          <select id="expert" value={expert} onChange={(event) => onExpert(event.currentTarget.value)}>
            <option value="auto">{t.ask.auto}</option>
            {snapshot?.compute?.experts.map(({ id, title, passes }) => (
              <option key={id} value={id}>
                {t.say(title)}
                {!passes && ` (${t.experts.fails})`}
              </option>
            ))}
          </select>
        </label>
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
          <AnswerView key={answer.key} answer={answer} experts={snapshot?.compute?.experts ?? []} />
        ))}
      </div>
    </section>
  );
}

/** Whether this unit has joined the swarm, as its configuration says. */
function useJoined(): boolean {
  const { value } = useEvery('joined', SETTINGS_EVERY_MS, settings);
  return (value?.config as { swarm?: { join?: boolean } } | undefined)?.swarm?.join === true;
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

function useAnswers(control: ControlState | null) {
  const [answers, setAnswers] = useState<Answer[]>([]);
  const [busy, setBusy] = useState(false);
  const stopper = useRef<(() => void) | null>(null);
  const latest = useRef(control);
  latest.current = control;
  useEffect(() => () => stopper.current?.(), []);

  const send = (question: string, whom: { expert: string; swarm: boolean }) => {
    const key = Date.now();
    const change = (more: (answer: Answer) => Partial<Answer>) =>
      setAnswers((all) => all.map((answer) => (answer.key === key ? { ...answer, ...more(answer) } : answer)));
    const finish = (more: Partial<Answer>) => {
      change(() => more);
      setBusy(false);
      stopper.current = null;
    };
    setAnswers((all) => [{ key, question, swarm: whom.swarm, text: '' }, ...all]);
    setBusy(true);
    const close = ask(
      question,
      whom,
      (reply) => {
        if (reply.type === 'start') change(() => ({ start: reply, text: '' }));
        else if (reply.type === 'chunk') change((answer) => ({ text: answer.text + reply.text }));
        else if (reply.type === 'end') finish({ end: reply, where: whereNow(latest.current) });
        else finish({ error: reply });
      },
      () => finish({ broken: 'lost' }),
    );
    stopper.current = () => {
      close();
      finish({ broken: 'stopped' });
    };
  };
  return { answers, busy, send, stop: () => stopper.current?.() };
}

function whereNow(control: ControlState | null): Answer['where'] {
  if (control?.outputs.rejectOn === 1) return 'outside';
  return control?.outputs.hotWaterOn === 1 ? 'hotWater' : 'rooms';
}
