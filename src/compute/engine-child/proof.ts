import type { Engine, ModelSpec } from '../engine.ts';
import { type FoundExpert, fillerLines, verifiedSpec } from '../experts.ts';

/** A shipped expert, small, and a line that it knows: what a GPU must load and read right before it gets any other. */
export interface Proof {
  spec: ModelSpec;
  line: string;
}

/** Mean nats a token. */
const LEAST_LIKELIHOOD = -1;

/** Undefined where nothing ships that can be scored. */
export async function proofOf(shipped: readonly FoundExpert[]): Promise<Proof | undefined> {
  for (const expert of shipped) {
    const line = expert.fact?.engine === 'llama' && expert.fact.quality?.passes ? fillerLines(expert)[0] : undefined;
    if (line !== undefined) return { spec: await verifiedSpec(expert), line };
  }
  return undefined;
}

/** @throws where a process with a GPU ends over it, refuses it or computes something else */
export async function prove(engine: Engine, id: string, { spec, line }: Proof, signal: AbortSignal): Promise<void> {
  const model = await engine.load({ ...spec, id }, signal);
  const { logLikelihood } = await model.score!(line, signal);
  if (!(logLikelihood > LEAST_LIKELIHOOD))
    throw new Error(`it computes wrong: a line that ${spec.id} knows at ${logLikelihood.toFixed(2)} nats a token`);
  await model.unload();
}
