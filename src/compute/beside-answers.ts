import type { AnswerMeter } from '../contract/compute-api.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Catalogue } from './catalogue.ts';
import { meterAnswer } from './meter.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import type { ServiceParts } from './service.ts';

/** What is asked of models beside answers. */
export interface Embedded {
  vectors: number[][];
  meter: AnswerMeter;
}

export function embed(parts: ServiceParts, expert: string, texts: readonly string[], signal: AbortSignal) {
  const id = expert === 'auto' ? anyOf(parts.catalogue) : expert;
  return pastDoor(parts, id, signal, () => embedded(parts, id, texts, signal));
}

export async function load(parts: ServiceParts, expert: string, signal: AbortSignal): Promise<void> {
  const answerer = parts.catalogue.get(expert);
  await pastDoor(parts, expert, signal, async () => (await answerer.use(signal)).release());
}

/** What is answered here or nowhere. */
async function pastDoor<T>(
  { catalogue, door }: ServiceParts,
  id: string,
  signal: AbortSignal,
  body: () => Promise<T>,
): Promise<T> {
  const rest = { tier: 'standard', deadlineS: STANDARD_DEADLINE_S, forwardable: false } as const;
  const entry = await door.enter({ ...catalogue.termsOf(id), ...rest }, signal);
  try {
    return await body();
  } finally {
    entry.leave();
  }
}

function anyOf(catalogue: Catalogue): string {
  const id = catalogue.answering()[0];
  if (id === undefined) throw new HeatmineError('EXPERT_UNKNOWN', 'no sound expert is installed');
  return id;
}

async function embedded(
  { catalogue, door, work, card }: ServiceParts,
  id: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Embedded> {
  const answerer = catalogue.get(id);
  const { model, release } = await answerer.use(signal);
  try {
    if (!model.embed) throw new HeatmineError('MESSAGE_INVALID', `the engine of ${id} makes no embeddings`);
    const leave = await answerer.lane.enter(signal);
    try {
      door.recheck();
      const { vectors, tokens } = await model.embed(texts, signal);
      work.addAnswer(tokens, true, id);
      return { vectors, meter: meterAnswer(card, id, tokens, 0) };
    } finally {
      leave();
    }
  } finally {
    release();
  }
}

/** Past the door and the lane, so that neither a crowd nor missing watts look like a broken engine; not past the model's own queue. */
export async function health({ catalogue, work, clock }: ServiceParts, signal: AbortSignal) {
  const startedMs = clock.monoMs();
  const expert = anyOf(catalogue);
  const { model, release } = await catalogue.get(expert).use(signal);
  try {
    const probe = model.generate({ prompt: 'ok', maxTokens: 1, temperature: 0, stop: [] }, signal);
    let step = await probe.next();
    while (!step.done) step = await probe.next();
    work.addAnswer(step.value.promptTokens + step.value.answerTokens, true, expert);
    return { expert, tokens: step.value.answerTokens, ms: clock.monoMs() - startedMs };
  } finally {
    release();
  }
}
