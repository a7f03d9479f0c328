import { join } from 'node:path';
import type { History } from '../../src/net/history/history.ts';
import { scratch } from './helpers.ts';

export const T0 = Date.parse('2025-01-15T06:00:00Z');
export const MINUTE = 60_000;
/** A test with the path of a data base that is gone afterwards. */
export const withFile = (body: (file: string) => void) => () => {
  const { dir, remove } = scratch();
  try {
    body(join(dir, 'history.db'));
  } finally {
    remove();
  }
};
/** `minutes` samples, one a minute. */
export const fill = (history: History, fromMs: number, minutes: number, sim = false) => {
  for (let m = 0; m < minutes; m++) history.sample(fromMs + m * MINUTE, sim, { roomC: m % 100, cop: 3 });
};
export const warn = (text: string) => ({ timeMs: T0, level: 'warn' as const, source: 'test', code: 'T', text });
