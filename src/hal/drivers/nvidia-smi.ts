import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { deviceError } from './faults.ts';
import { commandParams } from './params.ts';

const Params = z.strictObject(commandParams);

const QUERY = [
  '--query-gpu=power.draw,power.limit,temperature.gpu,power.min_limit,power.max_limit',
  '--format=csv,noheader,nounits',
];
const COLUMNS = 5;

/** Over all cards; undefined where any card does not say. */
export interface Cards {
  count: number;
  /** Sums. */
  powerW: number | undefined;
  limitW: number | undefined;
  /** Hottest chip. */
  chipC: number | undefined;
  /** What every card accepts as its own limit. */
  minLimitW: number | undefined;
  maxLimitW: number | undefined;
}

/** One line a card, "287.31, 350.00, 64, 100.00, 400.00"; `[N/A]` where a card cannot tell. Undefined for anything else. */
export function decode(csv: string): Cards | undefined {
  const rows = csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const plain = (cell: string) => /^-?\d+(\.\d+)?$/.test(cell) || /^\[.*\]$|^N\/A$/.test(cell);
  if (rows.some((row) => row.length !== COLUMNS || !row.every(plain))) return undefined;
  const known = (column: number, fold: (...values: number[]) => number) => {
    const values = rows.map((row) => Number(row[column]));
    return values.every(Number.isFinite) ? fold(...values) : undefined;
  };
  const sum = (...values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    count: rows.length,
    powerW: known(0, sum),
    limitW: known(1, sum),
    chipC: known(2, Math.max),
    minLimitW: known(3, Math.max),
    maxLimitW: known(4, Math.min),
  };
}

/** Arguments that share a cap evenly, inside what every card accepts: the supply contactor is what turns cards off. */
export function encodeCap(
  capW: number,
  { count, minLimitW = 0, maxLimitW = Number.POSITIVE_INFINITY }: Cards,
): string[] {
  return ['-pl', String(Math.min(Math.max(Math.floor(capW / count), minLimitW), maxLimitW))];
}

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
        await bus.run(encodeCap(capW, await query()));
        const { limitW } = await query();
        if (limitW === undefined)
          throw deviceError('BUS_NOISE', 'nvidia-smi', params, 'power limit reads [N/A]: the cards cannot be capped');
        return limitW;
      },
    };
  },
};
