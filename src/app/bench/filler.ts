import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCompute } from '../../compute/start.ts';
import { CARDS } from '../../contract/cards.ts';
import type { MessageOf, TopicName } from '../../contract/topics.ts';
import { systemClock } from '../../core/clock.ts';
import { Config } from '../../core/config.ts';
import { leaseStamp } from '../../core/lease.ts';
import { createLog } from '../../core/log.ts';
import { scoredPerCpuS } from './score-speed.ts';
import type { Bench, Figure } from './table.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
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
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-filler-'));
  const listeners: ((message: MessageOf<'grant'>) => void)[] = [];
  let fillerTokens = 0;
  const link = {
    publish<N extends TopicName>(name: N, message: MessageOf<N>) {
      if (name === 'work') fillerTokens = (message as MessageOf<'work'>).fillerTokens;
    },
    on<N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void) {
      if (name === 'grant') listeners.push(listener as never);
    },
  };
  const parts = { config: Config.parse({}), shippedDir: SHIPPED, installedDir: dir, clock: systemClock };
  const log = createLog('bench', 'silent');
  const compute = await startCompute({ ...parts, listen: { path: join(dir, 'compute.sock') }, link, log });
  const stamp = leaseStamp<MessageOf<'grant'>['value']>('bench', 600_000);
  const grant = (watts: number) => {
    const reason = { what: 'compute', code: 'bench', text: 'the bench asks for it' };
    for (const listener of listeners) listener(stamp({ watts, fillerW: watts, reason }));
  };
  try {
    await sleep(SETTLE_MS);
    const idle = await over(forMs / 4, () => fillerTokens);
    grant(grantW);
    await sleep(SETTLE_MS);
    const filling = await over(forMs, () => fillerTokens);
    return { idle, filling };
  } finally {
    await compute.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

export const filler: Bench = {
  name: 'filler',
  about: 'useful filler under a full grant: tokens/s, watts held, share of a core taken by all of compute',
  async run({ quick }) {
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
  },
};
