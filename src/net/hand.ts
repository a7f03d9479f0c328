import { connect, type Socket } from 'node:net';
import type { ActuatorName } from '../contract/points.ts';
import { HeatmineError } from '../core/errors.ts';

/** The installer's hand on the page, through the same door of control as `heatmine io`. */
export interface Hand {
  /**
   * Drives one output for the next two seconds, through the interlock; to hold it, ask again within them. VALUE_RANGE with
   * control's words when it refuses, NOT_RUNNING when it does not answer.
   */
  drive(name: ActuatorName, value: number): Promise<void>;
  close(): void;
}

const ANSWER_MS = 3000;
const MAX_LINE_CHARS = 65_536;

type Answer = { id: number; error?: string };

export function openHand(path: string): Hand {
  // One connection for all: control takes one hand at a time, and knows it by its connection.
  let socket: Socket | undefined;
  let nextId = 1;
  const waiting = new Map<number, (answer: Answer) => void>();

  const open = (): Socket => {
    const fresh = connect(path);
    let rest = '';
    fresh.setEncoding('utf8');
    fresh.on('data', (data: string) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_CHARS) fresh.destroy();
      for (const line of lines) {
        const answer = JSON.parse(line) as Answer;
        waiting.get(answer.id)?.(answer);
      }
    });
    fresh.on('error', () => {});
    fresh.on('close', () => {
      if (socket === fresh) socket = undefined;
    });
    return fresh;
  };
  return {
    async drive(name, value) {
      socket ??= open();
      const id = nextId++;
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const gone = () => reject(new HeatmineError('NOT_RUNNING', 'control does not answer; its outputs are safe'));
      const timer = setTimeout(gone, ANSWER_MS);
      const used = socket;
      used.once('close', gone);
      waiting.set(id, resolve);
      used.write(`${JSON.stringify({ id, op: 'drive', name, value })}\n`);
      try {
        const { error } = await promise;
        if (error !== undefined) throw new HeatmineError('VALUE_RANGE', error);
      } finally {
        clearTimeout(timer);
        used.off('close', gone);
        waiting.delete(id);
      }
    },
    close() {
      socket?.destroy();
    },
  };
}
