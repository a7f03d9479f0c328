import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { SetCommand, SetPoints } from '../../contract/messages.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { History } from '../history/history.ts';
import type { View } from '../view.ts';
import { readBody, sendError, sendJson } from './reply.ts';

const MAX_BODY_BYTES = 4_096;
const ECHO_LIMIT_MS = 2_000;
const MAX_POINTS = 24;

const SetBody = SetCommand.extend({ by: SetCommand.shape.by.default('page') }).strict();
const HistoryQuery = z.strictObject({
  points: z
    .string()
    .max(1000)
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(z.string()).min(1).max(MAX_POINTS)),
  hours: z.coerce.number().positive().max(87_660).default(24),
});
const EventsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) });

/** Checks the value before anything is sent; throws VALUE_RANGE or MESSAGE_INVALID with the reason. */
export function parseSet(text: string): SetCommand {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new HeatmineError('MESSAGE_INVALID', 'body is no JSON');
  }
  const command = SetBody.safeParse(raw);
  if (!command.success) throw new HeatmineError('MESSAGE_INVALID', issueText(command.error));
  const value = SetPoints.shape[command.data.name].safeParse(command.data.value);
  if (!value.success) throw new HeatmineError('VALUE_RANGE', `${command.data.name}: ${issueText(value.error)}`);
  return command.data;
}

const issueText = (error: z.ZodError) =>
  error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}${issue.path.length ? ': ' : ''}${issue.message}`)
    .join('; ');

/** Sends the command and waits for control to echo it; the effective set-points either way. */
export async function applySet(view: View, command: SetCommand): Promise<{ applied: boolean; setPoints: SetPoints }> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ECHO_LIMIT_MS);
  const off = view.onControl((state) => {
    if (state.setPoints[command.name] === command.value) resolve(true);
  });
  try {
    if (!view.snapshot().control) throw new HeatmineError('NOT_RUNNING', 'no word from control');
    if (!view.send(command)) throw new HeatmineError('NOT_RUNNING', 'the broker is away');
    const applied = await promise;
    const control = view.snapshot().control;
    if (!control) throw new HeatmineError('NOT_RUNNING', 'no word from control');
    return { applied, setPoints: control.setPoints };
  } finally {
    clearTimeout(timer);
    off();
  }
}

export interface Api {
  state(res: ServerResponse): void;
  set(req: IncomingMessage, res: ServerResponse): Promise<void>;
  history(res: ServerResponse, query: URLSearchParams): void;
  events(res: ServerResponse, query: URLSearchParams): void;
}

export function createApi(view: View, history: History): Api {
  const parseQuery = <T>(schema: z.ZodType<T>, query: URLSearchParams): T => {
    const parsed = schema.safeParse(Object.fromEntries(query));
    if (!parsed.success) throw new HeatmineError('MESSAGE_INVALID', issueText(parsed.error));
    return parsed.data;
  };
  return {
    state: (res) => sendJson(res, 200, view.snapshot()),
    async set(req, res) {
      if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
        return sendError(res, 'MESSAGE_INVALID', 'content-type must be application/json', { status: 415 });
      }
      const command = parseSet((await readBody(req, MAX_BODY_BYTES)).toString('utf8'));
      const { applied, setPoints } = await applySet(view, command);
      if (applied) sendJson(res, 200, { setPoints });
      else {
        const kept = `control kept ${command.name} at ${setPoints[command.name]}`;
        sendError(res, 'VALUE_RANGE', kept, { status: 409, setPoints });
      }
    },
    history(res, query) {
      const { points, hours } = parseQuery(HistoryQuery, query);
      sendJson(res, 200, history.query(points, hours));
    },
    events(res, query) {
      sendJson(res, 200, history.events(parseQuery(EventsQuery, query).limit));
    },
  };
}
