import { randomUUID } from 'node:crypto';

/** The `x-request-id` of an answer: the asker's own where it is one, short and printable, else a new one. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
