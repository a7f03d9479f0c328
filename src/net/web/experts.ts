import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import { type Gone, goneFrom } from '../../core/gone.ts';
import { failureOf, post } from '../ask/compute-client.ts';
import { openPuller, type PullState } from '../experts/pull.ts';
import { readBody } from './body.ts';
import { parseBody } from './change.ts';
import { createOllamaPull, type OllamaPull } from './ollama-pull.ts';
import { sendJson } from './reply.ts';

/** Under /api/experts: for devices of the house, never for strangers who only ask. */
export interface ExpertsApi {
  list(res: ServerResponse): Promise<void>;
  load(req: IncomingMessage, res: ServerResponse): Promise<void>;
  unload(req: IncomingMessage, res: ServerResponse): Promise<void>;
  pull(req: IncomingMessage, res: ServerResponse): Promise<void>;
  stopPull(res: ServerResponse): void;
  ollamaPull: OllamaPull;
  close(): void;
}

const MAX_BODY_BYTES = 1024;
/** A large model is read from flash and hashed first. */
const LOAD_LIMIT_MS = 120_000;
const LIST_LIMIT_MS = 5_000;
const MAX_LIST_BYTES = 4_000_000;

const Named = z.strictObject({ id: z.string().min(1).max(64) });
const Pull = z.strictObject({
  source: z
    .string()
    .max(500)
    .regex(
      /^(hf:[\w.-]+\/[\w.-]+:[\w./ -]+|https:\/\/\S+|[a-z0-9][a-z0-9-]{0,47}|topic:[^\s-][^\n]{0,63})$/,
      'hf:OWNER/REPO:FILE, https://…, or the name of an expert of the swarm',
    ),
});

/** What the page shows of an expert, of all that compute tells. */
const Shown = z.object({
  id: z.string(),
  title: z.string(),
  engine: z.string(),
  resident: z.boolean(),
  sizeBytes: z.number(),
  memoryBytes: z.number(),
  lastUsedMs: z.number().nullable(),
  demandShare: z.number(),
  jPerToken: z.number().nullable(),
  energyFrom: z.enum(['expert', 'card', 'modelled']),
  parents: z.array(z.string()),
  licence: z.string(),
  passes: z.boolean(),
  note: z.string().optional(),
  /** Whether `auto` may pick it. */
  answers: z.boolean(),
  description: z.string(),
});
const Models = z.object({ data: z.array(z.object({ heatmine: Shown.optional().catch(undefined) })) });

export interface ExpertsList {
  experts: z.infer<typeof Shown>[];
  gone: Gone[];
  pull: PullState | null;
}

/** `pullCommand` is completed with the source; `modelsDir` holds what was installed. */
export function createExperts(computeSocket: string, pullCommand: readonly string[], modelsDir: string): ExpertsApi {
  const agent = new Agent({ keepAlive: false });
  const puller = openPuller(pullCommand);
  const bodyOf = async <T>(req: IncomingMessage, schema: z.ZodType<T>) =>
    parseBody(schema, (await readBody(req, MAX_BODY_BYTES)).toString('utf8'));
  const tell = async (path: '/load' | '/unload', req: IncomingMessage, res: ServerResponse) => {
    const { id } = await bodyOf(req, Named);
    const answer = await post(computeSocket, agent, path, JSON.stringify({ id }), AbortSignal.timeout(LOAD_LIMIT_MS));
    if (answer.statusCode !== 200) throw await failureOf(answer);
    answer.resume();
    sendJson(res, 200, {});
  };
  const shown = async () => {
    const { data } = Models.parse(await models(computeSocket));
    return data.flatMap(({ heatmine }) => heatmine ?? []);
  };
  return {
    ollamaPull: createOllamaPull({ puller, ids: async () => (await shown()).map(({ id }) => id) }),
    async list(res) {
      const experts = await shown();
      sendJson(res, 200, { experts, gone: goneFrom(modelsDir), pull: puller.state() } satisfies ExpertsList);
    },
    load: (req, res) => tell('/load', req, res),
    unload: (req, res) => tell('/unload', req, res),
    async pull(req, res) {
      const { source } = await bodyOf(req, Pull);
      puller.begin(source);
      sendJson(res, 202, puller.state());
    },
    stopPull(res) {
      puller.stop();
      sendJson(res, 200, {});
    },
    close() {
      puller.stop();
      agent.destroy();
    },
  };
}

async function models(socketPath: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const gone = (cause: unknown) => reject(new HeatmineError('NOT_RUNNING', 'compute does not answer', { cause }));
  get({ socketPath, path: '/v1/models', signal: AbortSignal.timeout(LIST_LIMIT_MS) }, resolve).on('error', gone);
  let text = '';
  for await (const chunk of (await promise).setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_LIST_BYTES) throw new HeatmineError('NOT_RUNNING', 'compute lists too much');
  }
  return JSON.parse(text);
}
