import pino from 'pino';

export type Log = pino.Logger;

/** Structured logs on standard error (standard output is data). Prompts and answers are never logged. */
export function createLog(name: string, level = process.env.HEATMINE_LOG ?? 'info'): Log {
  return pino({ name, level, base: { name } }, pino.destination({ dest: 2, sync: false }));
}
