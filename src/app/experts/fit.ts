import { freemem } from 'node:os';
import { type Device, findDevices, textOf } from '../../compute/engine-child/devices.ts';
import { ENGINE_FILE } from '../../compute/engine-child/fork-engine.ts';
import { createEngineHost } from '../../compute/engine-child/host.ts';
import { memoryOf, verdictOf } from '../../compute/fit.ts';
import { checkGgufFile } from '../../compute/gguf.ts';
import { systemClock } from '../../core/clock.ts';
import { HeatmineError } from '../../core/errors.ts';
import { createLog } from '../../core/log.ts';
import { numberOption, type Parsed, print } from '../command.ts';

const GB = 1e9;
const gb = (bytes: number) => (bytes < GB / 10 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / GB).toFixed(2)} GB`);
const parametersText = (n: number) => (n < 1e8 ? `${(n / 1e6).toFixed(2)}M` : `${(n / 1e9).toFixed(2)}B`);

async function devicesHere(): Promise<Device[]> {
  const parts = { file: ENGINE_FILE, args: [], clock: systemClock, log: createLog('fit', 'silent') };
  return (await findDevices((env) => createEngineHost({ ...parts, env }), process.env)).devices;
}

/** Memory for each context on this box, or on the accelerators given. */
export async function fitExpert({ values, json }: Parsed, [file]: string[]): Promise<number> {
  if (!file) throw new HeatmineError('USAGE', 'fit which FILE.gguf?');
  const info = checkGgufFile(file);
  const given = values.vram === undefined ? [] : String(values.vram).split(',').map(Number);
  if (given.some((n) => !(n > 0))) throw new HeatmineError('USAGE', '--vram takes gigabytes: --vram 24 or 24,24');
  const here = given.length ? [] : await devicesHere();
  const devices = given.length ? given.map((n) => n * GB) : here.map((device) => device.freeBytes);
  if (devices.length === 0) devices.push(freemem());
  const width = numberOption(values.width, 'width', 1, 64) ?? 1;
  const trained = info.contextTokens ?? 4096;
  const contexts = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072].filter((n) => n < trained);
  const rows = [...contexts, trained].map((contextTokens) => {
    const memory = memoryOf(info, { contextTokens, width });
    return { contextTokens, ...memory, verdict: verdictOf(memory.totalBytes, devices) };
  });
  if (json) print(JSON.stringify(rows));
  else {
    const on = given.length
      ? `${given.length} accelerator${given.length > 1 ? 's' : ''} of ${given.join(', ')} GB`
      : here.length
        ? `here ${textOf(here, '')}, ${here.map((device) => gb(device.freeBytes)).join(' + ')} free`
        : '';
    print(
      `${parametersText(info.parameters)} parameters, ${info.architecture}; ${on || `${gb(devices[0]!)} of memory free here`}`,
    );
    for (const { contextTokens, weightsBytes, cacheBytes, workBytes, totalBytes, verdict } of rows) {
      const parts = `weights ${gb(weightsBytes)} + context ${gb(cacheBytes)} + work ${gb(workBytes)}`;
      print(
        `${String(contextTokens).padStart(8)} tokens  ${gb(totalBytes).padStart(10)}  ${verdict.padEnd(5)}  ${parts}`,
      );
    }
  }
  return rows.some((row) => row.verdict !== 'no') ? 0 : 1;
}
