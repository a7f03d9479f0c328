import type { ServerResponse } from 'node:http';
import type { AnswerPart, Start } from './answer.ts';
import { ANSWER_LIMIT_MS, drive, type Handler, inTime, within, writePiece } from './drive.ts';
import { readJson, sendJson } from './http.ts';
import type { Listed } from './listed.ts';
import * as openai from './openai.ts';
import * as reply from './openai-reply.ts';
import type { Service } from './service.ts';

/** /v1 of the OpenAI API. */
export function openaiRoutes(service: Service): [string, Handler][] {
  const ask = (kind: reply.Kind, parse: (body: unknown) => openai.Request): Handler => {
    return async (request, response, signal) => {
      const asked = parse(await readJson(request));
      const answer = asked.stream ? stream : whole;
      await inTime(asked.question.deadlineS, response, signal, (limited) =>
        answer(service, kind, asked, response, limited),
      );
    };
  };
  return [
    ['GET /v1/models', async (_, response) => sendJson(response, 200, { object: 'list', data: models(service) })],
    ['GET /v1/models/*', async (request, response) => sendJson(response, 200, oneModel(service, request.url ?? ''))],
    ['POST /v1/chat/completions', ask('chat', openai.chatRequest)],
    ['POST /v1/completions', ask('completion', openai.completionRequest)],
    [
      'POST /v1/embeddings',
      async (request, response, signal) =>
        sendJson(response, 200, await embeddings(service, await readJson(request), signal)),
    ],
  ];
}

const entry = (id: string, modifiedMs: number, heatmine: object) => ({
  ...{ id, object: 'model', created: Math.floor(modifiedMs / 1000), owned_by: 'heatmine' },
  heatmine,
});

function models(service: Service) {
  const auto = { title: 'the local classifier picks the expert' };
  return [entry('auto', 0, auto), ...service.catalogue.list().map(modelOf)];
}

/** Beside OpenAI's fields: size, whether it is in memory, seconds until it could answer, and what it costs. */
function modelOf({ id, modifiedMs, ...rest }: Listed) {
  return entry(id, modifiedMs, { id, ...rest });
}

function oneModel(service: Service, url: string) {
  const last = url.split('?')[0]!.slice('/v1/models/'.length);
  // A name that does not decode is nobody's.
  const id = /%(?![0-9a-f]{2})/i.test(last) ? last : new URLSearchParams(`id=${last}`).get('id')!;
  const found = models(service).find((model) => model.id === id);
  // Says that there is none, in the words every other path uses.
  if (!found) service.catalogue.get(id);
  return found ?? {};
}

async function whole(
  service: Service,
  kind: reply.Kind,
  { question }: openai.Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let said = '';
  let start: Start | undefined;
  const { finish, meter, toolCalls } = await drive(service, question, signal, (part) => {
    if (part.type === 'start') start = part;
    else said += part.text;
  });
  const choices = [reply.choiceOf(kind, said, finish, toolCalls)];
  const rest = {
    choices,
    usage: reply.usageOf(meter),
    ...reply.tierOf(start),
    heatmine: { ...meter, ...reply.termsOf(start) },
  };
  sendJson(response, 200, reply.bodyOf(kind, reply.headOf(kind, meter.expert), rest));
}

async function stream(
  service: Service,
  kind: reply.Kind,
  { question, includeUsage }: openai.Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let head = reply.headOf(kind, question.expert);
  const send = (data: object) => writePiece(response, `data: ${JSON.stringify(data)}\n\n`);
  const each = (part: AnswerPart) => {
    if (part.type === 'chunk') return send(reply.chunkOf(kind, head, { text: part.text }));
    head = { ...head, model: part.expert };
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    const first = reply.chunkOf(kind, head, { text: '', first: true });
    send({ ...first, ...reply.tierOf(part), heatmine: { expert: part.expert, ...reply.termsOf(part) } });
  };
  const { finish, meter, toolCalls } = await drive(service, question, signal, each);
  if (toolCalls) send(reply.chunkOf(kind, head, { calls: toolCalls }));
  const last = reply.chunkOf(kind, head, { finish });
  send(includeUsage ? last : { ...last, heatmine: meter });
  if (includeUsage) send({ ...reply.usageChunkOf(kind, head, meter), heatmine: meter });
  response.end('data: [DONE]\n\n');
}

async function embeddings(service: Service, body: unknown, signal: AbortSignal) {
  const { model, input, encoding_format: format } = openai.embeddingRequest(body);
  const { vectors, meter } = await within(ANSWER_LIMIT_MS, signal, (limited) => service.embed(model, input, limited));
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
  }));
  const usage = { prompt_tokens: meter.promptTokens, total_tokens: meter.promptTokens };
  return { object: 'list', data, model: meter.expert, usage, heatmine: meter };
}
