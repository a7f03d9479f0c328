import { join } from 'node:path';
import { createLlamaEngine } from '../../compute/engines/llama.ts';
import { fillerLines, scanExperts, verifiedSpec } from '../../compute/experts.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');

const cpuS = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Tokens of held-out lines that a shipped expert scores in one second of processor time, without a pause, in this process. */
export async function scoredPerCpuS(forS: number): Promise<number> {
  const expert = scanExperts([SHIPPED]).find((e) => e.id === 'faults');
  if (!expert) throw new Error(`no expert "faults" in ${SHIPPED}`);
  const engine = createLlamaEngine();
  const model = await engine.load(await verifiedSpec(expert));
  const lines = fillerLines(expert);
  const never = new AbortController().signal;
  const untilMs = performance.now() + forS * 1000;
  const startedS = cpuS();
  let tokens = 0;
  for (let i = 0; performance.now() < untilMs; i++)
    tokens += (await model.score?.(lines[i % lines.length]!, never))?.tokens ?? 0;
  const perCpuS = tokens / (cpuS() - startedS);
  await model.unload();
  await engine.close();
  return perCpuS;
}
