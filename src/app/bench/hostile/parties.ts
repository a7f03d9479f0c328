import { fileURLToPath } from 'node:url';
import { openExperience } from '../../../net/swarm/ask/experience.ts';
import { askOne } from '../../../net/swarm/ask/one.ts';
import { newQuestionId } from '../../../net/swarm/pay/purse.ts';
import { spawnGuest } from '../swarm/host.ts';
import { candidateAt } from '../wire/wire.ts';
import type { Order } from './main.ts';

const ATTACKERS = fileURLToPath(new URL('main.ts', import.meta.url));
const WORDS = 30;
/** Between two honest questions: an asker, not one more flood. */
const PAUSE_MS = 50;
export const MOST_ANSWER_MS = 100;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

/** In a process of their own. */
export function startAttackers() {
  const { tell, kill } = spawnGuest(ATTACKERS, []);
  return { tell: <T>(order: Order) => tell<T>(order), kill };
}

/** As a stranger asks for the first time: a connection, a hello, a free question, its answer. */
export async function openAsker(url: string) {
  const candidate = await candidateAt(url);
  const way = { url, key: candidate.descriptor.key, path: [], reach: 'owner' as const };
  const options = { discoveries: [], experience: openExperience(), random: () => 0 };
  const once = async (text: string): Promise<number | undefined> => {
    let said = '';
    const messages = [{ role: 'user' as const, content: text }];
    const question = { messages, topics: ['heating'], onChunk: (chunk: string) => (said += chunk) };
    const fromMs = performance.now();
    const answered = await askOne(candidate, [way], options, question, newQuestionId()).then(
      () => said === text,
      () => false,
    );
    return answered ? performance.now() - fromMs : undefined;
  };
  return async (count: number) => {
    const tookMs: number[] = [];
    for (let n = 0; n < count; n++) {
      const text = Array.from({ length: WORDS }, (_, i) => `q${n}w${i}`).join(' ');
      tookMs.push((await once(text)) ?? Number.POSITIVE_INFINITY);
      await pause(PAUSE_MS);
    }
    return { p95Ms: p95(tookMs), lost: tookMs.filter((ms) => !Number.isFinite(ms)).length };
  };
}
