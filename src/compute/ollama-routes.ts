import type { ServerResponse } from 'node:http';
import type { AnswerEnd } from './answer.ts';
import { ANSWER_LIMIT_MS, drive, type Handler, inTime, within, writePiece } from './drive.ts';
import { readJson, sendJson } from './http.ts';
import * as ollama from './ollama.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import type { Service } from './service.ts';

/** The version of Ollama whose API this is: its clients look at it to see what they may ask. */
const API_VERSION = '0.12.0';
const NS_PER_MS = 1e6;
/** Residents leave when others are worth more, not by the clock. */
const EXPIRES_MS = 300_000;

/** /api of Ollama, so that its many clients find us. */
export function ollamaRoutes(service: Service): [string, Handler][] {
  const ask = (kind: 'chat' | 'generate', parse: (body: unknown) => ollama.Asked): Handler => {
    return async (request, response, signal) => {
      const asked = parse(await readJson(request));
      await inTime(asked.question?.deadlineS ?? STANDARD_DEADLINE_S, response, signal, (limited) =>
        answer(service, kind, asked, response, limited),
      );
    };
  };
  const answering = () => service.catalogue.list().filter((listed) => listed.engine !== 'onnx');
  return [
    ['GET /api/version', async (_, response) => sendJson(response, 200, { version: API_VERSION })],
    ['GET /api/tags', async (_, response) => sendJson(response, 200, { models: answering().map(ollama.tagOf) })],
    ['GET /api/ps', async (_, response) => sendJson(response, 200, { models: running(service) })],
    [
      'POST /api/show',
      async (request, response) => sendJson(response, 200, show(service, ollama.namedModel(await readJson(request)))),
    ],
    ['POST /api/chat', ask('chat', ollama.chatAsked)],
    ['POST /api/generate', ask('generate', ollama.generateAsked)],
    [
      'POST /api/embed',
      async (request, response, signal) => {
        const { model, embeddings, tokens } = await embed(service, await readJson(request), signal);
        sendJson(response, 200, { model, embeddings, prompt_eval_count: tokens });
      },
    ],
    [
      'POST /api/embeddings',
      async (request, response, signal) => {
        const { embeddings } = await embed(service, await readJson(request), signal);
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
  const answerer = service.catalogue.get(id);
  const listed = service.catalogue.list().find((one) => one.id === id)!;
  const { architecture, contextTokens, parameters } = listed;
  const bounded = answerer.grammar !== undefined;
  return {
    modelfile: '',
    parameters: `temperature ${answerer.temperature}`,
    template: `${answerer.prompt.prefix}{{ .Prompt }}${answerer.prompt.suffix}`,
    modified_at: new Date(listed.modifiedMs).toISOString(),
    details: ollama.detailsOf(listed),
    model_info: {
      'general.architecture': architecture,
      'general.parameter_count': parameters,
      [`${architecture}.context_length`]: contextTokens,
    },
    capabilities: ['completion', ...(bounded ? [] : ['tools']), ...(listed.engine === 'llama' ? ['embedding'] : [])],
  };
}

async function embed(service: Service, body: unknown, signal: AbortSignal) {
  const { model, expert, texts } = ollama.embedAsked(body);
  if (texts.length === 0) return { model, embeddings: [], tokens: 0 };
  const { vectors, meter } = await within(ANSWER_LIMIT_MS, signal, (limited) => service.embed(expert, texts, limited));
  return { model, embeddings: vectors, tokens: meter.promptTokens };
}

/** NDJSON, an object a line; without a stream the last one carries all. */
async function answer(
  service: Service,
  kind: 'chat' | 'generate',
  { model, stream, question }: ollama.Asked,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  let firstMs: number | undefined;
  const head = () => ({ model, created_at: new Date().toISOString() });
  const said = (text: string, calls?: AnswerEnd['toolCalls']) =>
    kind === 'generate'
      ? { response: text }
      : { message: { role: 'assistant', content: text, ...(calls ? { tool_calls: calls.map(callOf) } : {}) } };
  if (!question) {
    service.catalogue.get(model.replace(/:latest$/, ''));
    return sendJson(response, 200, { ...head(), ...said(''), done: true, done_reason: 'load' });
  }
  let text = '';
  const { finish, meter, toolCalls } = await drive(service, question, signal, (part) => {
    if (part.type === 'start') {
      if (stream) response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      return;
    }
    firstMs ??= performance.now();
    if (stream) writePiece(response, `${JSON.stringify({ ...head(), ...said(part.text), done: false })}\n`);
    else text += part.text;
  });
  const ns = (ms: number) => Math.round(ms * NS_PER_MS);
  const endMs = performance.now();
  const end = {
    ...head(),
    ...said(text, toolCalls),
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    total_duration: ns(endMs - startedMs),
    load_duration: 0,
    prompt_eval_count: meter.promptTokens,
    prompt_eval_duration: ns((firstMs ?? endMs) - startedMs),
    eval_count: meter.answerTokens,
    eval_duration: ns(endMs - (firstMs ?? endMs)),
  };
  if (stream) response.end(`${JSON.stringify(end)}\n`);
  else sendJson(response, 200, end);
}

const callOf = ({ name, arguments: text }: { name: string; arguments: string }) => ({
  function: { name, arguments: JSON.parse(text) as unknown },
});
