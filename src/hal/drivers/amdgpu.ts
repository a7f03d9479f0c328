import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import type { Driver, FilesBus } from '../types.ts';
import { CARD_CHANNELS, type Card, limitOf, samplesOf, shareW } from './cards.ts';
import { deviceError } from './faults.ts';
import { manyFilesParams } from './params.ts';

const Params = z.strictObject(manyFilesParams);

/** Text of a file with one whole number; undefined for anything else. "187000000\n" is 187000000. */
export function decode(text: string): number | undefined {
  return /^-?\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** Watts as the file `power1_cap` wants them. */
export const encodeCap = (watts: number): string => String(Math.round(watts * 1e6));

const scaled = (value: number | undefined, by: number) => (value === undefined ? undefined : value / by);

async function readCard(bus: FilesBus, node: string, hwmon: string): Promise<Card> {
  const names = await bus.list(hwmon);
  const number = async (path: string) => decode(await bus.read(path));
  const monitor = async (...wanted: string[]) => {
    const name = wanted.find((w) => names.includes(w));
    return name ? number(`${hwmon}/${name}`) : undefined;
  };
  const used = await number(`${node}/mem_info_vram_used`);
  const total = await number(`${node}/mem_info_vram_total`);
  return {
    powerW: scaled(await monitor('power1_average', 'power1_input'), 1e6),
    limitW: scaled(await monitor('power1_cap'), 1e6),
    // The junction where there is one, else the edge.
    chipC: scaled(await monitor('temp2_input', 'temp1_input'), 1000),
    minLimitW: scaled(await monitor('power1_cap_min'), 1e6),
    maxLimitW: scaled(await monitor('power1_cap_max'), 1e6),
    utilPct: await number(`${node}/gpu_busy_percent`),
    memoryPct: used !== undefined && total ? (100 * used) / total : undefined,
  };
}

/**
 * AMD accelerators through the files of the kernel's amdgpu driver. `nodes` are the PCI addresses of the cards below
 * /sys/bus/pci/devices; the cap needs write permission on power1_cap. Channels: powerW (all cards, W), chipC (hottest, °C),
 * utilPct (mean), memoryPct (fullest card), capW (out, all cards; confirmed by reading it back). Files: hwmon/hwmon*\/
 * power1_average or power1_input and power1_cap in µW, temp2_input (junction) in m°C; gpu_busy_percent, mem_info_vram_*.
 * Fails: card gone, hanging driver (the bus gives up after 1 s), no figure per channel.
 * https://docs.kernel.org/gpu/amdgpu/thermal.html https://docs.kernel.org/gpu/amdgpu/driver-misc.html
 */
export const amdgpu: Driver<z.infer<typeof Params>> = {
  name: 'amdgpu',
  about: 'AMD accelerators, files of the amdgpu driver',
  params: Params,
  example: { bus: 'pci', nodes: ['0000:03:00.0', '0000:04:00.0'] },
  channels: () => CARD_CHANNELS,
  async open(params, { buses, monoMs }) {
    const bus = buses.files(params.bus);
    /** Numbered anew at every start of the driver: looked for each time. */
    async function hwmonOf(node: string): Promise<string> {
      const [name] = await bus.list(`${node}/hwmon`);
      if (!name) throw new HeatmineError('BUS_ABSENT', `${params.bus} ${node}: amdgpu has not taken this card`);
      return `${node}/hwmon/${name}`;
    }
    async function query(): Promise<Card[]> {
      const cards: Card[] = [];
      for (const node of params.nodes) cards.push(await readCard(bus, node, await hwmonOf(node)));
      return cards;
    }
    return {
      async poll() {
        const atMs = monoMs();
        const cards = await query();
        const samples = samplesOf(cards, atMs, 'see `sensors`');
        if (Object.values(samples).every((s) => s.fault)) {
          throw deviceError('BUS_NOISE', 'amdgpu', params, 'unreadable files; see dmesg');
        }
        return samples;
      },
      async write(_channel, capW) {
        const text = encodeCap(shareW(capW, await query()));
        for (const node of params.nodes) await bus.write(`${await hwmonOf(node)}/power1_cap`, text);
        const limitW = limitOf(await query());
        if (limitW === undefined) throw deviceError('BUS_NOISE', 'amdgpu', params, 'power1_cap cannot be read back');
        return limitW;
      },
    };
  },
};
