import { COMPUTE_METRICS } from '../contract/metrics.ts';
import { HeatmineError } from '../core/errors.ts';
import { createExposition, createHistogram, OPENMETRICS_END } from '../core/openmetrics.ts';
import type { Catalogue } from './catalogue.ts';
import type { Door } from './door.ts';
import type { EnergyOf } from './energy.ts';
import type { Power } from './power.ts';
import type { Tier } from './scheduler/decide.ts';
import type { Work } from './work.ts';

/** What is counted of questions, for /metrics: no word of any of them. */
export interface Figures {
  answered(expert: string, finish: string, tier: Tier, firstS: number, totalS: number): void;
  refused(error: unknown): void;
  text(parts: FigureParts): string;
}

export interface FigureParts {
  catalogue: Pick<Catalogue, 'list'>;
  door: Pick<Door, 'questions' | 'economy'>;
  power: Pick<Power, 'now'>;
  work: Pick<Work, 'totals' | 'byExpert'>;
  energy: EnergyOf;
  /** Crashes of the engine process by expert. */
  crashes: ReadonlyMap<string, number>;
}

export function createFigures(): Figures {
  const answers = new Map<string, number>();
  const refusals = new Map<string, number>();
  const firstToken = createHistogram(COMPUTE_METRICS.heatmine_first_token_seconds.buckets);
  const answer = createHistogram(COMPUTE_METRICS.heatmine_answer_seconds.buckets);
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  return {
    answered(expert, finish, tier, firstS, totalS) {
      count(answers, `${expert} ${finish} ${tier}`);
      // Economy questions wait on purpose.
      if (tier === 'economy') return;
      firstToken.observe(firstS);
      answer.observe(totalS);
    },
    refused: (error) => void count(refusals, codeOf(error)),
    text({ catalogue, door, power, work, energy, crashes }) {
      const out = createExposition(COMPUTE_METRICS);
      for (const [key, n] of answers) {
        const [expert = '', finish = '', tier = ''] = key.split(' ');
        out.add('heatmine_answers', n, { expert, finish, tier });
      }
      for (const [code, n] of refusals) out.add('heatmine_refusals', n, { code });
      const { active, deferred } = door.economy();
      out.add('heatmine_questions', door.questions() + active);
      out.add('heatmine_deferred_questions', deferred);
      out.histogram('heatmine_first_token_seconds', firstToken);
      out.histogram('heatmine_answer_seconds', answer);
      const { answerTokens, fillerTokens, joules } = work.totals();
      out.add('heatmine_tokens', answerTokens, { kind: 'answer' });
      out.add('heatmine_tokens', fillerTokens, { kind: 'filler' });
      out.add('heatmine_compute_energy_joules', joules);
      out.add('heatmine_compute_granted_watts', power.now().watts);
      for (const { id, resident, memoryBytes, loadS } of catalogue.list()) {
        if (resident) out.add('heatmine_expert_memory_bytes', memoryBytes, { expert: id });
        out.add('heatmine_expert_load_seconds', loadS, { expert: id });
      }
      for (const expert of work.byExpert().keys()) {
        const { tokens, joules, energyFrom } = energy(expert);
        out.add('heatmine_expert_tokens', tokens, { expert });
        out.add('heatmine_expert_energy_joules', joules, { expert, source: energyFrom });
      }
      for (const [expert, n] of crashes) out.add('heatmine_engine_crashes', n, { expert });
      return out.text() + OPENMETRICS_END;
    },
  };
}

function codeOf(error: unknown): string {
  if (error instanceof HeatmineError) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'ASKER_GONE' : 'INTERNAL';
}
