import { ANSWER_LIMIT_MS, type Handler, inTime, within } from './drive.ts';
import { readJson, sendJson } from './http.ts';
import type { Listed } from './listed.ts';
import * as openai from './openai.ts';
import { stream, whole } from './openai-choices.ts';
import { withoutTag } from './openai-fields.ts';
import type { Kind } from './openai-reply.ts';
import type { Service } from './service.ts';

/** /v1 of the OpenAI API. */
export function openaiRoutes(service: Service): [string, Handler][] {
  const ask = (kind: Kind, parse: (body: unknown) => openai.Request): Handler => {
    return async (request, response, signal) => {
      const asked = parse(await readJson(request));
      const answer = asked.stream ? stream : whole;
      await inTime(asked.choices[0].question.deadlineS, response, signal, (limited) =>
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
  const id = withoutTag(/%(?![0-9a-f]{2})/i.test(last) ? last : new URLSearchParams(`id=${last}`).get('id')!);
  const found = models(service).find((model) => model.id === id);
  // Says that there is none, in the words every other path uses.
  if (!found) service.catalogue.get(id);
  return found ?? {};
}

async function embeddings(service: Service, body: unknown, signal: AbortSignal) {
  const { model, input, encoding_format: format } = openai.embeddingRequest(body);
  const { vectors, meter } = await within(ANSWER_LIMIT_MS, signal, (limited) => service.embed(model, input, limited));
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector,
  }));
  const usage = { prompt_tokens: meter.promptTokens, total_tokens: meter.promptTokens };
  return { object: 'list', data, model: meter.expert, usage, heatmine: meter };
}
