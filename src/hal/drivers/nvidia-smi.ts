import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { deviceError } from './faults.ts';
import { commandParams } from './params.ts';

const Params = z.strictObject({
  ...commandParams,
  minCapW: z.number().min(0).max(1000).describe('lowest power limit that one card accepts'),
});

const QUERY = ['--query-gpu=power.draw,power.limit,temperature.gpu', '--format=csv,noheader,nounits'];

export interface Cards {
  count: number;
  /** Sums over all cards, and the hottest chip; undefined where any card does not say. */
  powerW: number | undefined;
  limitW: number | undefined;
  chipC: number | undefined;
}

/** One line a card, "287.31, 350.00, 64"; `[N/A]` where a card cannot tell. Undefined for anything else. */
export function decode(csv: string): Cards | undefined {
  const rows = csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const plain = (cell: string) => /^-?\d+(\.\d+)?$/.test(cell) || /^\[.*\]$|^N\/A$/.test(cell);
  if (rows.some((row) => row.length < 3 || !row.every(plain))) return undefined;
  const columns = [0, 1, 2].map((n) => rows.map((row) => Number(row[n])));
  const known = (n: number, fold: (values: number[]) => number) =>
    columns[n]!.every(Number.isFinite) ? fold(columns[n]!) : undefined;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return { count: rows.length, powerW: known(0, sum), limitW: known(1, sum), chipC: known(2, (v) => Math.max(...v)) };
}

/** Arguments that share a cap evenly, never below what a card accepts: the supply contactor is what turns cards off. */
export const encodeCap = (capW: number, count: number, minCapW: number) => [
  '-pl',
  String(Math.max(Math.floor(capW / Math.max(count, 1)), minCapW)),
];

/**
 * NVIDIA accelerators through `nvidia-smi` of the host (persistence mode on, -pl needs root). Channels: powerW (all
 * cards), chipC (hottest), capW (out, all cards; confirmed by reading the limit back). Fails: tool missing, hanging
 * driver (the bus gives up after 1 s), lost card, `[N/A]` per channel.
 * https://docs.nvidia.com/deploy/nvidia-smi/index.html
 */
export const nvidiaSmi: Driver<z.infer<typeof Params>> = {
  name: 'nvidia-smi',
  about: 'NVIDIA accelerators, nvidia-smi',
  params: Params,
  channels: () => [
    { name: 'powerW', direction: 'in' },
    { name: 'chipC', direction: 'in' },
    { name: 'capW', direction: 'out' },
  ],
  async open(params, { buses, monoMs }) {
    const bus = buses.command(params.bus);
    async function query(): Promise<Cards> {
      const cards = decode(await bus.run(QUERY));
      if (!cards) throw deviceError('BUS_NOISE', 'nvidia-smi', params, 'unreadable answer; run nvidia-smi by hand');
      return cards;
    }
    const sample = (value: number | undefined, atMs: number): Sample =>
      value === undefined
        ? { value: Number.NaN, atMs, fault: 'a card answers [N/A]; run nvidia-smi by hand' }
        : { value, atMs };
    return {
      async poll() {
        const atMs = monoMs();
        const { powerW, chipC } = await query();
        return { powerW: sample(powerW, atMs), chipC: sample(chipC, atMs) };
      },
      async write(_channel, capW) {
        const { count } = await query();
        await bus.run(encodeCap(capW, count, params.minCapW));
        const { limitW } = await query();
        if (limitW === undefined) throw deviceError('BUS_NOISE', 'nvidia-smi', params, 'power limit reads [N/A]');
        return limitW;
      },
    };
  },
};
