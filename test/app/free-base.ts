import { portFree } from '../../src/app/preflight.ts';
import { freePort } from '../net/helpers.ts';

/** The first of six neighbouring ports that nobody has, for a whole unit. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = Math.min(await freePort(), 64_000);
    const free = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => portFree(base + i, '127.0.0.1')));
    if (free.every(Boolean)) return base;
  }
}
