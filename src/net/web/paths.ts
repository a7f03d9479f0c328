import type { IncomingMessage } from 'node:http';

/** What Ollama's clients ask for; the other paths under /api are our own. */
const OLLAMA_PATH = /^\/api\/(tags|chat|generate|version|show|ps|embed|embeddings)$/;
/** Of those, what is for who has claimed the unit. */
export const OLLAMA_OWNER_PATH = /^\/api\/(pull|push|create|copy|delete)$/;
const V1_PATH = /^\/v1\/(models\/[\w:%-][\w.:%-]{0,300}|[a-z/]+)$/;

/** Without its query. The base address of a client ends in a slash or does not: joined the wrong way it is still understood. */
export function pathOf(req: Pick<IncomingMessage, 'url'>): string {
  const path = (req.url ?? '/').split('?', 1)[0]!.replace(/\/{2,}/g, '/');
  return /^\/(v1|api)\/./.test(path) ? path.replace(/\/$/, '') : path;
}

export const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** What compute answers, to anybody who may ask. */
export const isForCompute = (path: string): boolean => V1_PATH.test(path) || OLLAMA_PATH.test(path);

/** Whose clients ask here, and so how they are told of an error. */
export const apiOf = (path: string): 'openai' | 'ollama' | 'own' =>
  path.startsWith('/v1/') ? 'openai' : OLLAMA_PATH.test(path) || OLLAMA_OWNER_PATH.test(path) ? 'ollama' : 'own';
