import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import { serveLines } from './line-server.ts';
import type { Device } from './types.ts';

const Request = z.discriminatedUnion('op', [
  z.strictObject({ id: z.int(), token: z.string().max(256).optional(), op: z.literal('read') }),
  z.strictObject({
    id: z.int(),
    token: z.string().max(256).optional(),
    op: z.literal('cap'),
    capW: z.number().min(0).max(1e6),
    /** The cap holds for so long, and not a moment longer, unless it is renewed. */
    ttlMs: z.int().min(500).max(60_000),
  }),
]);

export interface AccelHost {
  /** One request of the controller; never throws. */
  answer(request: unknown): Promise<Record<string, unknown>>;
  /** The dead-man: to be called at least four times a second. Drops the cap to 0 once it is not renewed, until that works. */
  check(): Promise<void>;
}

/**
 * The accelerator's own host: serves any accelerator driver to the controller, and drops the cap by itself when it hears
 * nothing. Nothing is capped above 0 before the first word of the controller.
 */
export function createAccelHost(device: Device, monoMs: () => number, token?: string): AccelHost {
  let untilMs = Number.NEGATIVE_INFINITY;
  let dropped = false;
  let writing: Promise<unknown> = Promise.resolve();

  /** One write at a time: a late drop must not undo a renewed cap, nor the other way round. */
  function write(wanted: () => number): Promise<number> {
    const mine = writing.then(() => device.write!('capW', wanted()));
    writing = mine.catch(() => undefined);
    return mine;
  }

  async function handle(request: z.infer<typeof Request>): Promise<Record<string, unknown>> {
    if (request.op === 'cap') {
      untilMs = monoMs() + request.ttlMs;
      dropped = false;
      return { capW: await write(() => request.capW) };
    }
    const samples = (await device.poll?.()) ?? {};
    const nowMs = monoMs();
    return {
      samples: Object.fromEntries(
        Object.entries(samples).map(([channel, { value, atMs, fault }]) => [
          channel,
          fault === undefined ? { value, ageMs: nowMs - atMs } : { fault },
        ]),
      ),
    };
  }

  return {
    async answer(raw) {
      const parsed = Request.safeParse(raw);
      const id = typeof raw === 'object' && raw !== null && 'id' in raw && Number.isInteger(raw.id) ? raw.id : 0;
      if (!parsed.success) return { id, error: `${parsed.error.issues[0]?.path.join('.')}: not a request` };
      if (token !== undefined && !same(parsed.data.token ?? '', token)) return { id, error: 'wrong token' };
      return handle(parsed.data).then(
        (answer) => ({ id, ...answer }),
        (error) => ({ id, error: messageOf(error) }),
      );
    },
    async check() {
      if (dropped || monoMs() < untilMs) return;
      try {
        await write(() => 0);
        dropped = monoMs() >= untilMs;
      } catch {
        // The next check tries again; the supply contactor is the controller's.
      }
    },
  };
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

const LIMITS = { connections: 4, lineBytes: 4096, unreadBytes: 1 << 18 };
const CHECK_MS = 200;

/** Serves it on a unix socket that only its owner may open, or on TCP. */
export async function serveAccelHost(
  host: AccelHost,
  place: { path: string } | { host: string; port: number },
): Promise<{ close(): Promise<void> }> {
  const server = await serveLines(
    place,
    LIMITS,
    (peer) => (line) => void host.answer(parse(line)).then((answer) => peer.send(answer)),
  );
  const timer = setInterval(() => void host.check(), CHECK_MS);
  return {
    close() {
      clearInterval(timer);
      return server.close();
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
