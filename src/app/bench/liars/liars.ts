import { type Random, seededRandom, shuffled } from '../../../core/random.ts';
import { compared } from '../../../net/swarm/audit/compare.ts';
import { type Finding, isLiar, NO_EVIDENCE, oddsOf, weigh } from '../../../net/swarm/audit/evidence.ts';
import { partsOf } from '../parts.ts';
import type { Bench, Figure } from '../table.ts';
import { costOf } from './cost.ts';
import { DESIGN, type Name, TEST } from './experts.ts';
import { type AuditedNode, nodesOf } from './nodes.ts';
import { openPool } from './pool.ts';
import { alarmBound, interval } from './shares.ts';

const AUDITS = 20;
const TRIALS = 4000;
const FOUND = 0.95;
const FALSE_ALARMS = 0.005;

const percent = (x: number) => `${(x * 100).toFixed(2)} %`;
type Findings = readonly (Finding | undefined)[];

interface Judged {
  /** Trials of 20 audits, each another question of the pool, in which the node is taken for a liar. */
  hits: number;
  /** Audits that the middle one of these took. */
  audits: number;
}

function judgedIn(lie: Findings, truth: Findings, share: number, random: Random): Judged {
  const took: number[] = [];
  for (let trial = 0; trial < TRIALS; trial++) {
    let evidence = NO_EVIDENCE;
    const questions = shuffled([...lie.keys()], random).slice(0, AUDITS);
    for (const [audit, i] of questions.entries()) {
      const finding = (random() < share ? lie : truth)[i];
      if (finding) evidence = weigh(evidence, finding);
      if (!isLiar(evidence)) continue;
      took.push(audit + 1);
      break;
    }
  }
  took.sort((a, b) => a - b);
  return { hits: took.length, audits: took[took.length >> 1] ?? AUDITS };
}

function figureOf(how: string, node: AuditedNode, findings: Findings, truth: Findings, random: Random): Figure {
  const { isHonest, share, name } = node;
  const { hits, audits } = judgedIn(findings, truth, share, random);
  const [low, high] = interval(hits, TRIALS);
  const odd = findings.filter((finding) => finding && oddsOf(finding.factors) > 1).length;
  const took = isHonest || hits === 0 ? '' : `, half of them by audit ${audits}`;
  const seen = `${odd} of ${findings.length} answers odd${took}`;
  return {
    figure: `${how}: ${isHonest ? 'honest, ' : ''}${name} ${isHonest ? 'taken for a liar' : 'found'} within ${AUDITS}`,
    ...{ value: (hits / TRIALS) * 100, unit: '%' },
    reference: { name: `${seen}; 95 % interval to ${percent(high)} from`, value: low * 100 },
    goal: isHonest ? `<= ${FALSE_ALARMS * 100} %` : `>= ${FOUND * 100} %`,
    met: isHonest ? hits / TRIALS <= FALSE_ALARMS : hits / TRIALS >= FOUND,
  };
}

const told = (figure: Figure): Figure => ({ ...figure, goal: 'told, no goal', met: true });
/** Half the evidence of an audit, and twenty of a sure expert hold little more than a verdict takes (decision 11). */
const isFaint = ({ name, share }: AuditedNode) => share < 1 && name.startsWith('smaller');

interface Found {
  figures: Figure[];
  /** Of honest audits. */
  honest: Finding[];
}

async function ofExpert(name: Name, quick: boolean, seed: number): Promise<Found> {
  const random = seededRandom(seed);
  const pool = await openPool(name, quick ? AUDITS + 4 : undefined, seed);
  const how = `${name} (${DESIGN.some((known) => known === name) ? 'design' : 'unseen'})`;
  try {
    if (pool.questions.length < AUDITS) return { figures: [tooFew(how, pool.questions.length)], honest: [] };
    const nodes = await nodesOf(pool);
    const truth = nodes[0]!;
    const weighed = nodes.map((node) => {
      const figure = figureOf(`${how}, own copy`, node, node.findings, truth.findings, random);
      return isFaint(node) ? told(figure) : figure;
    });
    const two = nodes[1]!;
    const crossed = nodes.slice(3).map((node) => {
      const findings = node.answers.map((answer, i) => compared(answer, [truth.answers[i]!, two.answers[i]!]));
      const agreed = two.answers.map((answer, i) => compared(answer, [truth.answers[i]!, two.answers[i]!]));
      const figure = figureOf(`${how}, no copy`, node, findings, agreed, random);
      return node.isHonest ? figure : told(figure);
    });
    const honest = nodes.filter(({ isHonest }) => isHonest).flatMap(({ findings }) => findings);
    return { figures: [...weighed, ...crossed, costOf(how, pool, truth, random)], honest };
  } finally {
    await pool.close();
  }
}

const tooFew = (how: string, found: number): Figure => ({
  ...{ figure: `${how}: telling questions`, value: found, unit: 'questions', goal: `>= ${AUDITS}`, met: false },
});

/** Fewer bound nothing. */
const ENOUGH = 1500;

/** What the honest audits allow to say of false alarms. */
function boundOf(honest: readonly Finding[]): Figure {
  const { alarms, mean } = alarmBound(
    honest.map(({ factors }) => factors),
    AUDITS,
  );
  return {
    figure: `false alarms at most, from ${honest.length} honest audits`,
    ...{ value: alarms * 100, unit: '%' },
    reference: { name: 'largest mean factor of an honest audit at most (95 %), in hundredths', value: mean * 100 },
    ...(honest.length < ENOUGH
      ? { goal: `told, goal from ${ENOUGH} audits on`, met: true }
      : { goal: `<= ${FALSE_ALARMS * 100} %`, met: alarms <= FALSE_ALARMS }),
  };
}

export const liars: Bench = {
  name: 'liars',
  about: `audits of liars and of honest nodes, every answer by a real engine; parts: ${[...DESIGN, ...TEST].join(', ')}`,
  async run({ quick, seed, parts = [], onProgress }) {
    const all: readonly Name[] = [...DESIGN, ...TEST];
    const chosen = partsOf('liars', all, parts, quick ? ['faults', 'mix'] : all);
    const found: Found[] = [];
    for (const [done, name] of chosen.entries()) {
      onProgress?.(done, chosen.length);
      found.push(await ofExpert(name, quick, seed));
    }
    const figures = found.flatMap((of) => of.figures);
    const honest = found.flatMap((of) => of.honest);
    return honest.length ? [...figures, boundOf(honest)] : figures;
  },
};
