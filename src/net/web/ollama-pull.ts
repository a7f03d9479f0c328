import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Puller, PullState } from '../experts/pull.ts';
import { CLAIM_FIRST } from './access.ts';
import { readBody } from './body.ts';
import { sendJson } from './reply.ts';

const HOW =
  'write hf:OWNER/REPO:FILE.gguf, hf.co/OWNER/REPO:FILE.gguf, https://… or the name of an expert of the swarm';
/** What Ollama's clients may also ask for, and how it is done here. */
const ELSEWHERE: Record<string, string> = {
  '/api/push': 'nothing is pushed: `heatmine experts publish DIR` signs an expert and offers it to the swarm',
  '/api/create':
    'no model is made of a Modelfile: `heatmine experts pull` brings a GGUF, `experts merge` makes a new one',
  '/api/copy': 'an expert has one name: `heatmine experts pull FILE --id NAME` brings it under another',
  '/api/delete': 'an expert is deleted by `heatmine experts rm NAME` on the unit',
};
const MAX_BODY_BYTES = 4096;
const LOOK_MS = 200;
/** The unit looks for new experts every few seconds. */
const SERVED_WITHIN_MS = 15_000;

const Body = z.object({
  model: z.string().max(500).optional(),
  /** Its name in older clients. */
  name: z.string().max(500).optional(),
  stream: z.boolean().default(true),
});

export interface OllamaPullParts {
  puller: Puller;
  /** Of the experts that compute serves now. */
  ids(): Promise<string[]>;
}

export type OllamaPull = (req: IncomingMessage, res: ServerResponse, path: string, mayPull: boolean) => Promise<void>;

type Line = { status: string; digest?: string; total?: number; completed?: number };

/**
 * `POST /api/pull` as Ollama's clients speak it (https://docs.ollama.com/api/pull): a line of JSON for each step, or one
 * object at the end. What comes is brought by `experts pull`; Ollama's own library is not asked, its names mean nothing here.
 */
export function createOllamaPull(parts: OllamaPullParts): OllamaPull {
  return async (req, res, path, mayPull) => {
    const refuse = (status: number, error: string) => sendJson(res, status, { error });
    if (!mayPull) return refuse(401, CLAIM_FIRST);
    const elsewhere = ELSEWHERE[path];
    if (elsewhere) return refuse(501, elsewhere);
    if (req.method !== 'POST') return refuse(405, 'use POST');
    const asked = await bodyOf(req);
    if (typeof asked === 'string') return refuse(400, asked);
    const source = sourceOf(asked.model);
    if (!source) return refuse(400, `"${asked.model}" cannot be pulled: Ollama's library is not asked here; ${HOW}`);
    const lines = asked.stream ? streamed(res) : whole(res);
    try {
      await pull(parts, source, res, lines.say);
      lines.end();
    } catch (error) {
      lines.fail(messageOf(error), error instanceof HeatmineError && error.code === 'BUSY' ? 503 : 500);
    }
  };
}

/** The wish, or what is wrong with it. */
async function bodyOf(req: IncomingMessage): Promise<{ model: string; stream: boolean } | string> {
  const text = (await readBody(req, MAX_BODY_BYTES)).toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  const parsed = Body.safeParse(body);
  if (!parsed.success) return 'model must be a string, stream true or false';
  const model = parsed.data.model ?? parsed.data.name;
  return model ? { model, stream: parsed.data.stream } : `model is missing: ${HOW}`;
}

/** What `experts pull` understands of a name of Ollama's clients; undefined for names of a library that is not ours. */
export function sourceOf(model: string): string | undefined {
  const hub = /^(?:https:\/\/)?(?:hf\.co|huggingface\.co)\/([\w.-]+\/[\w.-]+):([\w./ -]+\.gguf)$/i.exec(model);
  if (hub) return `hf:${hub[1]}:${hub[2]}`;
  if (/^(hf:[\w.-]+\/[\w.-]+:[\w./ -]+|https:\/\/\S+)$/.test(model)) return model;
  const name = model.replace(/:latest$/, '');
  return /^[a-z0-9][a-z0-9-]{0,47}$/.test(name) ? name : undefined;
}

async function pull({ puller, ids }: OllamaPullParts, source: string, res: ServerResponse, say: (line: Line) => void) {
  const before = new Set(await ids());
  const running = puller.state();
  const joins = running?.state === 'runs' && running.source === source;
  const here = before.has(source);
  if (!here && !joins) puller.begin(source);
  say({ status: 'pulling manifest' });
  if (here) return;
  // As in Ollama, who leaves stops what he began; the next pull goes on from there.
  const leaves = () => !res.writableFinished && !joins && puller.stop();
  res.once('close', leaves);
  try {
    const end = await followed(puller, source, res, say);
    if (end.state === 'failed') throw new Error(end.text || `${source} could not be pulled`);
  } finally {
    res.off('close', leaves);
  }
  say({ status: 'writing manifest' });
  const id = await served(ids, before, res);
  if (id) say({ status: `ask for it as ${id}` });
}

/** Tells what has come until the download has ended. Of a file the hash is known at its end only: until then it goes by that of its address. */
async function followed(
  puller: Puller,
  source: string,
  res: ServerResponse,
  say: (line: Line) => void,
): Promise<PullState> {
  const key = createHash('sha256').update(source).digest('hex');
  let told = -1;
  let checking = false;
  for (;;) {
    const now = puller.state();
    if (now?.source !== source) throw new Error(`${source} is not pulled any more`);
    if (now.state !== 'runs' || res.destroyed) return now;
    const { doneBytes, totalBytes } = now.progress ?? {};
    if (doneBytes !== undefined && doneBytes !== told) {
      told = doneBytes;
      const total = totalBytes ?? undefined;
      const line = { status: `pulling ${key.slice(0, 12)}`, digest: `sha256:${key}`, completed: doneBytes };
      say(total === undefined ? line : { ...line, total });
      if (doneBytes === total && !checking) {
        checking = true;
        say({ status: 'verifying sha256 digest' });
      }
    }
    await sleep(LOOK_MS);
  }
}

/** The id of what has come, once compute serves it: whoever is told of success asks it next. */
async function served(ids: () => Promise<string[]>, before: Set<string>, res: ServerResponse) {
  const untilMs = performance.now() + SERVED_WITHIN_MS;
  while (performance.now() < untilMs && !res.destroyed) {
    const fresh = (await ids()).find((id) => !before.has(id));
    if (fresh) return fresh;
    await sleep(LOOK_MS);
  }
  return undefined;
}

const SUCCESS: Line = { status: 'success' };

function streamed(res: ServerResponse) {
  const write = (line: object) => {
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    res.write(`${JSON.stringify(line)}\n`);
  };
  const last = (line: object) => {
    write(line);
    res.end();
  };
  return {
    say: (line: Line) => write(line),
    end: () => last(SUCCESS),
    // Once lines are on their way the last one tells it, as in Ollama.
    fail: (error: string, status: number) => (res.headersSent ? last({ error }) : sendJson(res, status, { error })),
  };
}

/** Only the end is told. */
const whole = (res: ServerResponse) => ({
  say: () => {},
  end: () => sendJson(res, 200, SUCCESS),
  fail: (error: string, status: number) => sendJson(res, status, { error }),
});
