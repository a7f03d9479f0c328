import { useEffect, useRef, useState } from 'preact/hooks';
import type { ControlState } from '../../src/contract/messages.ts';
import type { Quote, Reply } from '../../src/contract/wire.ts';
import { converse } from './ask.ts';

type Of<T> = Extract<Reply, { type: T }>;

/** One of several answers to the same question. */
export type Several = Of<'answer'> & { text: string; told?: Told };
/** Whether its unit was told that it was of use. */
export type Told = 'telling' | 'told' | 'refused';

export interface Answer {
  key: number;
  question: string;
  expert: string;
  /** Asked of others. */
  swarm: boolean;
  /** What it may cost, before it is asked. */
  offer?: Of<'offer'>;
  /** The reader has agreed to it. */
  agreed?: boolean;
  start?: Of<'start'>;
  text: string;
  end?: Of<'end'>;
  error?: Of<'error'>;
  broken?: 'stopped' | 'lost';
  /** Where the accelerator's heat went when the answer ended. */
  where?: 'rooms' | 'hotWater' | 'outside';
  told?: Told;
  /** Of those that differ most, as they come. */
  several?: Several[];
}

export interface Whom {
  expert: string;
  swarm: boolean;
  /** It may cost something: a quote comes first. */
  tier?: Quote['tier'];
  /** Asks several for free and shows the three that differ most. */
  dissent?: boolean;
}

export interface Answers {
  answers: Answer[];
  busy: boolean;
  send(question: string, whom: Whom): void;
  /** Asks what was quoted, or again after the connection was lost: one quote is paid once. */
  agree(answer: Answer): void;
  /** `n`: of several, which. */
  tell(answer: Answer, useful: boolean, n?: number): void;
  stop(): void;
}

/** Of several answers. */
const SHOWN = 3;

const asked = ({ question, expert }: Pick<Answer, 'question' | 'expert'>) => ({
  expert,
  messages: [{ role: 'user' as const, content: question }],
});

/** Questions of this page and what came of them, newest first. Nothing is kept. */
export function useAnswers(control: ControlState | null): Answers {
  const [answers, setAnswers] = useState<Answer[]>([]);
  const [busy, setBusy] = useState(false);
  const stopper = useRef<(() => void) | null>(null);
  const latest = useRef(control);
  latest.current = control;
  useEffect(() => () => stopper.current?.(), []);

  const change = (key: number, more: (answer: Answer) => Partial<Answer>) =>
    setAnswers((all) => all.map((answer) => (answer.key === key ? { ...answer, ...more(answer) } : answer)));
  /** Until the last reply; the page asks one thing at a time. */
  const run = (key: number, said: Parameters<typeof converse>[0]) => {
    const finish = (more: Partial<Answer>) => {
      change(key, () => more);
      setBusy(false);
      stopper.current = null;
    };
    setBusy(true);
    const close = converse(
      said,
      (reply) => {
        if (reply.type === 'start') change(key, () => ({ start: reply, text: '' }));
        else if (reply.type === 'chunk') change(key, (answer) => ({ text: answer.text + reply.text }));
        else if (reply.type === 'answer') {
          change(key, ({ text, several = [] }) => ({ several: [...several, { ...reply, text }], text: '' }));
          if (reply.n === reply.of) finish({});
        } else if (reply.type === 'end') finish({ end: reply, where: whereNow(latest.current) });
        else if (reply.type === 'offer') finish({ offer: reply });
        else if (reply.type === 'error') finish({ error: reply });
      },
      () => finish({ broken: 'lost' }),
    );
    stopper.current = () => {
      close();
      finish({ broken: 'stopped' });
    };
  };
  return {
    answers,
    busy,
    send(question, { expert, swarm, tier, dissent }) {
      const key = Date.now();
      setAnswers((all) => [{ key, question, expert, swarm, text: '' }, ...all]);
      const words = asked({ question, expert });
      if (dissent) run(key, { type: 'dissent', count: SHOWN, ...words });
      else if (tier) run(key, { type: 'quote', tier, ...words });
      else run(key, { type: 'ask', ...words, ...(swarm && { swarm }) });
    },
    agree(answer) {
      const { key, offer } = answer;
      if (!offer) return;
      change(key, () => ({ agreed: true, broken: undefined, error: undefined, text: '' }));
      run(key, { type: 'ask', ...asked(answer), swarm: true, offer: offer.offer });
    },
    tell({ key, end, several }, useful, n) {
      const handle = n === undefined ? end?.useful : several?.[n - 1]?.useful;
      if (handle === undefined) return;
      const mark = (told: Told) =>
        change(key, ({ several: all = [] }) =>
          n === undefined ? { told } : { several: all.map((one) => (one.n === n ? { ...one, told } : one)) },
        );
      mark('telling');
      converse(
        { type: 'tell', handle, useful },
        (reply) => mark(reply.type === 'told' ? 'told' : 'refused'),
        () => mark('refused'),
      );
    },
    stop: () => stopper.current?.(),
  };
}

function whereNow(control: ControlState | null): Answer['where'] {
  if (control?.outputs.rejectOn === 1) return 'outside';
  return control?.outputs.hotWaterOn === 1 ? 'hotWater' : 'rooms';
}
