import type { ChipIo, CommandChip } from './chip.ts';

/** Founders' cards of 350 W accept 100 to 400 W; the same shares are taken for other cards. */
const MIN_SHARE = 100 / 350;
const MAX_SHARE = 400 / 350;

/**
 * The text that `nvidia-smi` prints on a host with equal cards: csv queries and `-pl`. The host itself stays powered
 * when the supply contactor opens (its cards then draw 0 W), which is our assumption about the machine.
 * https://docs.nvidia.com/deploy/nvidia-smi/index.html
 */
export function nvidiaSmi(_params: unknown, io: ChipIo): CommandChip {
  const { count, name, tdpW } = io.cards;
  const minW = Math.round(tdpW * MIN_SHARE);
  const maxW = Math.round(tdpW * MAX_SHARE);
  let limitW = tdpW;
  const settle = () => io.actuate('capW', limitW * count);
  settle();
  function field(key: string, card: number): string {
    const powerW = io.sense('powerW') / count;
    if (key === 'power.draw') return powerW.toFixed(2);
    if (key === 'power.limit') return limitW.toFixed(2);
    if (key === 'power.min_limit') return minW.toFixed(2);
    if (key === 'power.max_limit') return maxW.toFixed(2);
    // The first card sits last in the coolant and is the hottest.
    if (key === 'temperature.gpu') return String(Math.round(io.sense('chipC')) - (card % 3));
    if (key === 'utilization.gpu') return String(Math.min(100, Math.round((powerW / tdpW) * 100)));
    if (key === 'memory.total') return '24576';
    if (key === 'memory.used') return '6144';
    if (key === 'name') return name;
    if (key === 'index') return String(card);
    throw new Error(`Field "${key}" is not a valid field to query.`);
  }
  function query(fields: readonly string[]): string {
    const rows = Array.from({ length: count }, (_, card) => fields.map((key) => field(key, card)).join(', '));
    return count ? `${rows.join('\n')}\n` : 'No devices were found\n';
  }
  function setLimit(text: string): string {
    const watts = Number(text);
    if (!(watts >= minW && watts <= maxW)) {
      throw new Error(
        `Provided power limit ${text} W is not a valid power limit which should be between ${minW}.00 W and ${maxW}.00 W`,
      );
    }
    limitW = watts;
    settle();
    return `Power limit was set to ${watts.toFixed(2)} W for ${count} GPUs.\nAll done.\n`;
  }
  return {
    kind: 'command',
    run(args) {
      const wanted = args.find((a) => a.startsWith('--query-gpu='));
      const csv = args.includes('--format=csv,noheader,nounits');
      if (wanted && csv) return query(wanted.slice('--query-gpu='.length).split(','));
      const at = args.indexOf('-pl');
      if (at >= 0) return setLimit(args[at + 1] ?? '');
      throw new Error(`Invalid combination of input arguments: ${args.join(' ')}`);
    },
  };
}
