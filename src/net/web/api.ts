import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { ACTUATOR_NAMES } from '../../contract/points.ts';
import { SET_NAMES } from '../../contract/set-names.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { Hand } from '../hand.ts';
import type { History } from '../history/history.ts';
import type { View } from '../view.ts';
import { readBody } from './body.ts';
import {
  applyAcknowledge,
  applyOverride,
  applySet,
  issueText,
  parseAcknowledge,
  parseBody,
  parseOverride,
  parseSet,
} from './change.ts';
import type { Level } from './claims.ts';
import { sendError, sendJson } from './reply.ts';

const MAX_BODY_BYTES = 4_096;
const MAX_POINTS = 24;

const HistoryQuery = z.strictObject({
  points: z
    .string()
    .max(1000)
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(z.string()).min(1).max(MAX_POINTS)),
  hours: z.coerce.number().positive().max(87_660).default(24),
});
/** Milliseconds of the house's clock. */
const WhyQuery = z.strictObject({ at: z.coerce.number().finite() });
const EventsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) });

const HandBody = z.strictObject({ name: z.enum(ACTUATOR_NAMES), value: z.number().finite() });
const FOR_INSTALLERS = 'commissioning is for the installer: `heatmine claim --installer` on the unit gives a code';

const bodyOf = async (req: IncomingMessage) => (await readBody(req, MAX_BODY_BYTES)).toString('utf8');

export interface Api {
  state(res: ServerResponse): void;
  set(req: IncomingMessage, res: ServerResponse, level: Level): Promise<void>;
  override(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Lifts latched faults whose cause is gone; 409 with those that stay. */
  acknowledge(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Drives one output by hand; only for the installer. */
  hand(req: IncomingMessage, res: ServerResponse, level: Level): Promise<void>;
  history(res: ServerResponse, query: URLSearchParams): void;
  events(res: ServerResponse, query: URLSearchParams): void;
  why(res: ServerResponse, query: URLSearchParams): void;
}

export function createApi(view: View, history: History, hand: Hand): Api {
  const parseQuery = <T>(schema: z.ZodType<T>, query: URLSearchParams): T => {
    const parsed = schema.safeParse(Object.fromEntries(query));
    if (!parsed.success) throw new HeatmineError('MESSAGE_INVALID', issueText(parsed.error));
    return parsed.data;
  };
  return {
    state: (res) => sendJson(res, 200, view.snapshot()),
    async set(req, res, level) {
      const command = parseSet(await bodyOf(req));
      if (command.name === 'operation' && command.value === 'commission' && level !== 'installer') {
        return sendError(res, 'UNAUTHORISED', FOR_INSTALLERS, { status: 403 });
      }
      const { applied, setPoints } = await applySet(view, command);
      if (applied) return sendJson(res, 200, { setPoints });
      const kept = `control kept ${SET_NAMES[command.name]} at ${setPoints[command.name]}`;
      sendError(res, 'VALUE_RANGE', kept, { status: 409, setPoints });
    },
    async hand(req, res, level) {
      if (level !== 'installer') return sendError(res, 'UNAUTHORISED', FOR_INSTALLERS, { status: 403 });
      const { name, value } = parseBody(HandBody, await bodyOf(req));
      await hand.drive(name, value);
      sendJson(res, 200, { name, value });
    },
    async override(req, res) {
      const command = parseOverride(await bodyOf(req));
      const { applied, overrides } = await applyOverride(view, command);
      if (applied) return sendJson(res, 200, { overrides });
      sendError(res, 'VALUE_RANGE', `control did not take "${command.kind}"`, { status: 409, overrides });
    },
    async acknowledge(req, res) {
      const { applied, latches } = await applyAcknowledge(view, parseAcknowledge(await bodyOf(req)));
      if (latches.length === 0) return sendJson(res, 200, { latches });
      const stays = latches.map((l) => l.text).join('; ');
      const why = applied ? `the cause is still there, mend it first: ${stays}` : `control has not lifted it: ${stays}`;
      sendError(res, 'VALUE_RANGE', why, { status: 409, latches });
    },
    history(res, query) {
      const { points, hours } = parseQuery(HistoryQuery, query);
      sendJson(res, 200, history.query(points, hours));
    },
    why: (res, query) => sendJson(res, 200, history.whyAt(parseQuery(WhyQuery, query).at)),
    events(res, query) {
      sendJson(res, 200, history.events(parseQuery(EventsQuery, query).limit));
    },
  };
}
