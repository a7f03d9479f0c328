import { readdirSync, readFileSync } from 'node:fs';
import { CARDS } from '../../contract/cards.ts';
import { Config } from '../../core/config.ts';
import { startAlone } from './filler-compute.ts';
import { stopFigures } from './filler-stops.ts';
import { partsOf } from './parts.ts';
import { scoredPerCpuS } from './score-speed.ts';
import type { Bench, Figure } from './table.ts';

/** Part of the granted watts that must be held. */
const HELD = 0.98;
const SETTLE_MS = 6000;

/** The kernel counts a process in hundredths of a second. */
const TICK_MS = 10;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ownCpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Of this process and of its children: the engines run in a process of their own. */
function cpuMs(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  const ticks = children.map((pid) => {
    // After the name, which may hold blanks: state is the first field, user and system time the 12th and 13th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ownCpuMs() + ticks.reduce((sum, n) => sum + n, 0) * TICK_MS;
}

/** Tokens of filler and share of a core over `forMs`; `tokens` is the count since boot. */
async function over(forMs: number, tokens: () => number) {
  const [startMs, cpu, before] = [performance.now(), cpuMs(), tokens()];
  await sleep(forMs);
  const seconds = (performance.now() - startMs) / 1000;
  return { tokensPerS: (tokens() - before) / seconds, share: (cpuMs() - cpu) / 1000 / seconds };
}

/** All of compute with a full grant, its engine process below this one; nothing else runs here, so their CPU time is what filler takes. */
async function wholeCompute(grantW: number, forMs: number) {
  const compute = await startAlone(Config.parse({}));
  try {
    await sleep(SETTLE_MS);
    const idle = await over(forMs / 4, compute.fillerTokens);
    compute.grant(grantW);
    await sleep(SETTLE_MS);
    const filling = await over(forMs, compute.fillerTokens);
    return { idle, filling };
  } finally {
    await compute.stop();
  }
}

const PARTS = ['held', 'stops'] as const;

export const filler: Bench = {
  name: 'filler',
  about:
    'useful filler under a full grant: tokens/s, watts held, share of a core taken by all of compute (part `held`); how soon it stops (part `stops`)',
  async run({ quick, parts = [] }) {
    const asked = partsOf('filler', PARTS, parts);
    const held = asked.includes('held') ? await heldFigures(quick) : [];
    return asked.includes('stops') ? [...held, ...(await stopFigures(quick ? 5 : 20))] : held;
  },
};

async function heldFigures(quick: boolean): Promise<Figure[]> {
  const { accelerator } = Config.parse({});
  const card = CARDS[accelerator.card]!;
  const grantW = card.tdpW * accelerator.count;
  // The cards draw the rest of it without any work.
  const workW = grantW - card.idleW * accelerator.count;
  // The named reference: line after line, as many tokens as the share of a core makes.
  const reference = (await scoredPerCpuS(quick ? 2 : 6)) * accelerator.fillerCpuShare;
  const { idle, filling } = await wholeCompute(grantW, quick ? 8000 : 30_000);
  const goalTokens = (HELD * workW) / card.jPerToken;
  const watts = filling.tokensPerS * card.jPerToken;
  const sharePct = filling.share * 100;
  const name = `line after line, ${accelerator.fillerCpuShare * 100} % of a core`;
  const figures: Figure[] = [
    {
      figure: 'tokens scored',
      value: filling.tokensPerS,
      unit: 'tokens/s',
      reference: { name, value: reference },
      goal: `>= ${Math.round(goalTokens)} tokens/s`,
      met: filling.tokensPerS >= goalTokens,
    },
    {
      figure: `watts held, modelled as ${accelerator.count} x ${card.name}`,
      value: watts,
      unit: 'W',
      reference: { name, value: reference * card.jPerToken },
      goal: `>= ${Math.round(HELD * workW)} W of ${grantW} W granted, less ${grantW - workW} W idle`,
      met: watts >= HELD * workW,
    },
    {
      figure: 'share of a core, all of compute',
      value: sharePct,
      unit: '%',
      reference: { name: 'nothing granted', value: idle.share * 100 },
      goal: `<= ${accelerator.fillerCpuShare * 100} %`,
      met: filling.share <= accelerator.fillerCpuShare,
    },
  ];
  return figures;
}
