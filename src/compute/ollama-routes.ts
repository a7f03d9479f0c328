import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeatmineError } from '../core/errors.ts';
import type { AnswerEnd, Question } from './answer.ts';
import { ANSWER_LIMIT_MS, drive, type Handler, inTime, within, writePiece } from './drive.ts';
import type { ToolCall } from './engine.ts';
import { readJson, sendJson } from './http.ts';
import * as ollama from './ollama.ts';
import type { Residents } from './residents-use.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import type { Service } from './service.ts';

/** The version of Ollama whose API this is: its clients look at it to see what they may ask. */
const API_VERSION = '0.12.0';
const NS_PER_MS = 1e6;
/** Residents leave when others are worth more, not by the clock. */
const EXPIRES_MS = 300_000;

type Memory = Pick<Residents, 'unload'>;

/** /api of Ollama, so that its many clients find us. */
export function ollamaRoutes(service: Service, residents: Memory): [string, Handler][] {
  const ask = (kind: Kind, parse: (body: unknown) => ollama.Asked): Handler => {
    return async (request, response, signal) => {
      const asked = parse(await readJson(request));
      const { question } = asked;
      await inTime(question?.deadlineS ?? STANDARD_DEADLINE_S, response, signal, async (limited) => {
        if (question) await answer({ service, residents, kind, asked, response }, question, limited);
        else await hold({ service, residents, kind, asked, response }, limited);
      });
    };
  };
  const answering = () => [ollama.AUTO, ...service.catalogue.list().filter((listed) => listed.engine !== 'onnx')];
  const shown = async (request: IncomingMessage) => show(service, ollama.namedModel(await readJson(request)));
  return [
    ['GET /api/version', async (_, response) => sendJson(response, 200, { version: API_VERSION })],
    ['GET /api/tags', async (_, response) => sendJson(response, 200, { models: answering().map(ollama.tagOf) })],
    ['GET /api/ps', async (_, response) => sendJson(response, 200, { models: running(service) })],
    ['POST /api/show', async (request, response) => sendJson(response, 200, await shown(request))],
    ['POST /api/chat', ask('chat', ollama.chatAsked)],
    ['POST /api/generate', ask('generate', ollama.generateAsked)],
    [
      'POST /api/embed',
      async (request, response, signal) =>
        sendJson(response, 200, await embed(service, residents, await readJson(request), signal)),
    ],
    [
      'POST /api/embeddings',
      async (request, response, signal) => {
        const { embeddings } = await embed(service, residents, await readJson(request), signal);
        sendJson(response, 200, { embedding: embeddings[0] ?? [] });
      },
    ],
  ];
}

function running(service: Service) {
  const resident = service.catalogue.list().filter((listed) => listed.resident && listed.engine === 'llama');
  return resident.map((listed) => ({
    ...ollama.tagOf(listed),
    size: listed.memoryBytes,
    size_vram: 0,
    context_length: listed.contextTokens,
    expires_at: new Date(Date.now() + EXPIRES_MS).toISOString(),
  }));
}

function show(service: Service, id: string) {
  const answerer = id === 'auto' ? undefined : service.catalogue.get(id);
  const listed = service.catalogue.list().find((one) => one.id === id) ?? ollama.AUTO;
  const { architecture, contextTokens, parameters, engine } = listed;
  const isFree = answerer !== undefined && answerer.grammar === undefined;
  return {
    modelfile: '',
    parameters: answerer ? `temperature ${answerer.temperature}` : '',
    template: answerer ? `${answerer.prompt.prefix}{{ .Prompt }}${answerer.prompt.suffix}` : '{{ .Prompt }}',
    modified_at: new Date(listed.modifiedMs).toISOString(),
    details: ollama.detailsOf(listed),
    model_info: {
      'general.architecture': architecture,
      'general.parameter_count': parameters,
      ...(contextTokens ? { [`${architecture}.context_length`]: contextTokens } : {}),
    },
    capabilities: ['completion', ...(isFree ? ['tools'] : []), ...(engine === 'llama' ? ['embedding'] : [])],
  };
}

async function embed(service: Service, residents: Memory, body: unknown, signal: AbortSignal) {
  const startedMs = performance.now();
  const { model, expert, texts, goes } = ollama.embedAsked(body);
  const made = await within(ANSWER_LIMIT_MS, signal, async (limited) => {
    if (texts.length > 0) return service.embed(expert, texts, limited);
    if (isHeldHere(service, expert)) await service.load(expert, limited);
    return undefined;
  });
  if (goes) await letGo(residents, made?.meter.expert ?? expert);
  return {
    ...{ model, embeddings: made?.vectors ?? [], total_duration: ns(performance.now() - startedMs), load_duration: 0 },
    prompt_eval_count: made?.meter.promptTokens ?? 0,
  };
}

type Kind = 'chat' | 'generate';
interface Answering {
  service: Service;
  residents: Memory;
  kind: Kind;
  asked: ollama.Asked;
  response: ServerResponse;
}

const ns = (ms: number) => Math.round(ms * NS_PER_MS);
const headOf = ({ model }: ollama.Asked) => ({ model, created_at: new Date().toISOString() });
const saidOf = (kind: Kind, text: string, calls?: AnswerEnd['toolCalls']) =>
  kind === 'generate'
    ? { response: text }
    : { message: { role: 'assistant', content: text, ...(calls ? { tool_calls: calls.map(callOf) } : {}) } };

/** `auto` holds nothing itself, and an upstream holds its own. */
const isHeldHere = (service: Service, expert: string) => expert !== 'auto' && !service.catalogue.get(expert).remote;

/** Without a question: into memory or out of it. */
async function hold({ service, residents, kind, asked, response }: Answering, signal: AbortSignal): Promise<void> {
  const { expert, goes } = asked;
  if (isHeldHere(service, expert)) await (goes ? residents.unload(expert) : service.load(expert, signal));
  const done_reason = goes ? 'unload' : 'load';
  sendJson(response, 200, { ...headOf(asked), ...saidOf(kind, ''), done: true, done_reason });
}

/** After an answer, whole or broken off: whoever else is answered or waits keeps it. */
async function letGo(residents: Memory, expert: string): Promise<void> {
  await residents.unload(expert).catch((error) => {
    if (!(error instanceof HeatmineError)) throw error;
  });
}

/** NDJSON, an object a line; without a stream the last one carries all. */
async function answer(
  { service, residents, kind, asked, response }: Answering,
  question: Question,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  let firstMs: number | undefined;
  const write = (said: object) =>
    writePiece(response, `${JSON.stringify({ ...headOf(asked), ...said, done: false })}\n`);
  let text = '';
  let { expert } = asked;
  const driven = drive(service, question, signal, (part) => {
    if (part.type === 'start') {
      expert = part.expert;
      if (asked.stream)
        response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      return;
    }
    firstMs ??= performance.now();
    if (asked.stream) write(saidOf(kind, part.text));
    else text += part.text;
  });
  const { finish, meter, toolCalls } = await driven.finally(() => asked.goes && letGo(residents, expert));
  const endMs = performance.now();
  // Its arguments are no text here: one that was cut off cannot be told.
  const calls = finish === 'tool_calls' ? toolCalls : undefined;
  if (asked.stream && calls) write(saidOf(kind, '', calls));
  const end = {
    ...headOf(asked),
    ...saidOf(kind, text, asked.stream ? undefined : calls),
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    total_duration: ns(endMs - startedMs),
    load_duration: 0,
    prompt_eval_count: meter.promptTokens,
    prompt_eval_duration: ns((firstMs ?? endMs) - startedMs),
    eval_count: meter.answerTokens,
    eval_duration: ns(endMs - (firstMs ?? endMs)),
  };
  if (asked.stream) response.end(`${JSON.stringify(end)}\n`);
  else sendJson(response, 200, end);
}

/** An upstream's may be no JSON: whoever asks in OpenAI's words looks at the text, here it must be an object. */
function callOf({ name, arguments: text }: ToolCall) {
  try {
    return { function: { name, arguments: JSON.parse(text || '{}') as unknown } };
  } catch (cause) {
    throw new HeatmineError('BUSY', `the model called ${name} with arguments that are no JSON`, { cause });
  }
}
