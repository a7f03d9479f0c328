import type { ChipIo, FilesChip } from './chip.ts';

/** 16 GiB, a quarter of it in use. */
const VRAM_BYTES = 16 * 2 ** 30;

/** The files of one amdgpu card each. https://docs.kernel.org/gpu/amdgpu/thermal.html */
export function amdgpu(params: unknown, io: ChipIo): FilesChip {
  const { nodes } = params as { nodes: string[] };
  const { tdpW } = io.cards;
  const capsW = nodes.map(() => tdpW);
  const minW = Math.round(tdpW * 0.4);
  const maxW = Math.round(tdpW * 1.1);
  const settle = () =>
    io.actuate(
      'capW',
      capsW.reduce((a, b) => a + b, 0),
    );
  settle();
  const files: FilesChip['files'] = {};
  const number = (path: string, value: () => number, write?: (text: string) => void) => {
    files[path] = { read: () => `${Math.round(value())}\n`, ...(write ? { write } : {}) };
  };
  for (const [n, node] of nodes.entries()) {
    const hwmon = `${node}/hwmon/hwmon${n + 3}`;
    const powerW = () => io.sense('powerW') / nodes.length;
    files[`${hwmon}/name`] = { read: () => 'amdgpu\n' };
    number(`${hwmon}/power1_average`, () => powerW() * 1e6);
    number(`${hwmon}/temp1_input`, () => (io.sense('chipC') - 8) * 1000);
    number(`${hwmon}/temp2_input`, () => (io.sense('chipC') - n) * 1000);
    number(`${hwmon}/power1_cap_min`, () => minW * 1e6);
    number(`${hwmon}/power1_cap_max`, () => maxW * 1e6);
    number(
      `${hwmon}/power1_cap`,
      () => capsW[n]! * 1e6,
      (text) => {
        const watts = Number(text) / 1e6;
        if (!(watts >= minW && watts <= maxW)) throw new Error('Invalid argument');
        capsW[n] = watts;
        settle();
      },
    );
    number(`${node}/gpu_busy_percent`, () => Math.min(100, (powerW() / tdpW) * 100));
    number(`${node}/mem_info_vram_total`, () => VRAM_BYTES);
    number(`${node}/mem_info_vram_used`, () => VRAM_BYTES / 4);
  }
  return { kind: 'files', files, accelerator: true };
}
