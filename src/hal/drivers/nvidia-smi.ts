import { z } from 'zod';
import type { Driver } from '../types.ts';
import { CARD_CHANNELS, type Card, limitOf, samplesOf, shareW } from './cards.ts';
import { deviceError } from './faults.ts';
import { commandParams } from './params.ts';

const Params = z.strictObject(commandParams);

const QUERY = [
  '--query-gpu=power.draw,power.limit,temperature.gpu,power.min_limit,power.max_limit,utilization.gpu,memory.used,memory.total',
  '--format=csv,noheader,nounits',
];
const COLUMNS = 8;

/** One line a card, "287.31, 350.00, 64, 100.00, 400.00, 97, 6144, 24576"; `[N/A]` where a card cannot tell. Undefined for anything else. */
export function decode(csv: string): Card[] | undefined {
  const rows = csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const plain = (cell: string) => /^-?\d+(\.\d+)?$/.test(cell) || /^\[.*\]$|^N\/A$/.test(cell);
  if (rows.some((row) => row.length !== COLUMNS || !row.every(plain))) return undefined;
  return rows.map((row) => {
    const known = (column: number) => (Number.isFinite(Number(row[column])) ? Number(row[column]) : undefined);
    const [used, total] = [known(6), known(7)];
    return {
      powerW: known(0),
      limitW: known(1),
      chipC: known(2),
      minLimitW: known(3),
      maxLimitW: known(4),
      utilPct: known(5),
      memoryPct: used !== undefined && total ? (100 * used) / total : undefined,
    };
  });
}

export const encodeCap = (capW: number, cards: readonly Card[]): string[] => ['-pl', String(shareW(capW, cards))];

/**
 * NVIDIA accelerators through `nvidia-smi` of the host (persistence mode on, -pl needs root). Channels: powerW (all
 * cards, W), chipC (hottest, °C), utilPct (mean), memoryPct (fullest card), capW (out, all cards; confirmed by reading the
 * limit back). Fails: tool missing, hanging driver (the bus gives up after 1 s), lost card, `[N/A]` per channel.
 * https://docs.nvidia.com/deploy/nvidia-smi/index.html
 */
export const nvidiaSmi: Driver<z.infer<typeof Params>> = {
  name: 'nvidia-smi',
  about: 'NVIDIA accelerators, nvidia-smi',
  params: Params,
  example: { bus: 'gpu' },
  channels: () => CARD_CHANNELS,
  async open(params, { buses, monoMs }) {
    const bus = buses.command(params.bus);
    async function query(): Promise<Card[]> {
      const cards = decode(await bus.run(QUERY));
      if (!cards) throw deviceError('BUS_NOISE', 'nvidia-smi', params, 'unreadable answer; run nvidia-smi by hand');
      return cards;
    }
    return {
      async poll() {
        const atMs = monoMs();
        return samplesOf(await query(), atMs, 'run nvidia-smi by hand');
      },
      async write(_channel, capW) {
        await bus.run(encodeCap(capW, await query()));
        const limitW = limitOf(await query());
        if (limitW === undefined)
          throw deviceError('BUS_NOISE', 'nvidia-smi', params, 'power limit reads [N/A]: the cards cannot be capped');
        return limitW;
      },
    };
  },
};
