import { useEffect, useState } from 'preact/hooks';
import type { ComputeState } from '../../../src/contract/messages.ts';
import { sawLine } from '../../../src/contract/saw.ts';
import type { Answer, Answers } from '../answers.ts';
import { useWords } from '../i18n/index.ts';
import { Costs } from './costs.tsx';
import { Modelled } from './modelled.tsx';
import { SeveralView } from './several.tsx';

interface Props extends Pick<Answers, 'agree' | 'tell'> {
  answer: Answer;
  busy: boolean;
  experts: ComputeState['experts'];
}

/** What is waited for, and how long already. */
function Waiting({ expert }: { expert: Props['experts'][number] | undefined }) {
  const { t, f } = useWords();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds((s) => s + 1), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const loads = expert && !expert.resident;
  return (
    <p class="quiet">
      {loads ? t.ask.loading(t.say(expert.title), f.number(seconds)) : t.ask.waiting(f.number(seconds))}
    </p>
  );
}

/** One question, its answer as it comes, who answered and why, and at the end what it warmed. */
export function AnswerView({ answer, experts, ...act }: Props) {
  const { t, f, language } = useWords();
  const { start, text, end, error, broken, offer, agreed, several } = answer;
  const title = (id: string) => t.say(experts.find((expert) => expert.id === id)?.title ?? id);
  const last = several?.at(-1);
  const running = !end && !error && !broken && (!offer || agreed) && (!last || last.n < last.of);
  return (
    <article class="card answer">
      <p class="question">{answer.question}</p>
      {start && (
        <p class="quiet who">
          {t.ask.answeredBy} <b>{title(start.expert)}</b>: <span>{t.say(start.why)}</span>
        </p>
      )}
      {several && <SeveralView several={several} onTell={(useful, n) => act.tell(answer, useful, n)} />}
      {text && <p class="text">{text}</p>}
      {running && !text && <Waiting expert={experts.find(({ id }) => id === start?.expert)} />}
      {broken && <p class="quiet">{broken === 'stopped' ? t.ask.stopped : t.ask.lost}</p>}
      {error && (
        <div role="alert" class="refusal">
          <p class="fault-text">
            {t.say(error.message)} <code>{error.code}</code>
          </p>
          <p>
            {t.ask.remedy} <span>{t.say(error.remedy)}.</span>{' '}
            {error.retryAfterS !== undefined && t.ask.retry(f.number(error.retryAfterS))}
          </p>
        </div>
      )}
      {end?.finish === 'length' && <p class="quiet">{t.ask.cut}</p>}
      {end && (
        <p class="warmed">
          {answer.swarm
            ? t.ask.warmedElsewhere(f.wattHours(end.meter.joules))
            : t.ask.warmed(f.wattHours(end.meter.joules), t.ask.where[answer.where ?? 'rooms'])}
          <Modelled when={end.meter.modelled} />
          <span class="quiet">
            {' '}
            {t.ask.tokens(
              f.number(end.meter.promptTokens + end.meter.answerTokens),
              f.number(end.meter.cardSeconds, 1),
            )}
          </span>
        </p>
      )}
      {end && <p class="quiet saw">{end.way ? sawLine(end.way, language) : t.ask.seenHere}</p>}
      <Costs answer={answer} {...act} />
    </article>
  );
}
