import { ENGINE_FILE } from '../../compute/engine-child/fork-engine.ts';
import { createEngineHost } from '../../compute/engine-child/host.ts';
import { type FoundExpert, fillerLines, verifiedSpec } from '../../compute/experts.ts';
import { systemClock } from '../../core/clock.ts';
import { HeatmineError } from '../../core/errors.ts';
import { createLog } from '../../core/log.ts';

export interface Evaluation {
  lines: number;
  tokens: number;
  /** Mean over the positions that were read, and e to the power of its negative. */
  logLikelihood: number;
  perplexity: number;
  tokensPerS: number;
}

/** Scores held-out lines with an expert in an engine process of its own. */
export async function evaluateExpert(expert: FoundExpert, lines = fillerLines(expert)): Promise<Evaluation> {
  if (expert.fact?.engine !== 'llama')
    throw new HeatmineError('EXPERT_UNKNOWN', `${expert.id}: ${expert.unsound ?? 'only llama experts can be scored'}`);
  if (lines.length === 0) throw new HeatmineError('USAGE', `${expert.id} has no held-out lines; give --lines FILE`);
  const log = createLog('eval', 'silent');
  const host = createEngineHost({ file: ENGINE_FILE, args: [], clock: systemClock, log });
  const never = new AbortController().signal;
  try {
    const model = await host.engine('llama').load(await verifiedSpec(expert, 1));
    const startedMs = performance.now();
    let tokens = 0;
    let sum = 0;
    for (const line of lines) {
      const score = await model.score!(line, never);
      tokens += score.tokens;
      sum += score.logLikelihood * score.tokens;
    }
    const logLikelihood = sum / Math.max(1, tokens);
    const seconds = (performance.now() - startedMs) / 1000;
    return {
      ...{ lines: lines.length, tokens, logLikelihood },
      ...{ perplexity: Math.exp(-logLikelihood), tokensPerS: tokens / seconds },
    };
  } finally {
    await host.close();
  }
}
