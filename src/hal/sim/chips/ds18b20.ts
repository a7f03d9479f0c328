import type { ChipIo, FilesChip } from './chip.ts';

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** CRC-8 of the 1-Wire family by its table-free definition: x^8 + x^5 + x^4 + 1, least significant bit first. */
function crc(bytes: readonly number[]): number {
  let register = 0;
  for (const bit of bytes.flatMap((byte) => Array.from({ length: 8 }, (_, n) => (byte >> n) & 1))) {
    const mix = (register ^ bit) & 1;
    register = (register >> 1) ^ (mix ? 0x8c : 0);
  }
  return register;
}

/** `w1_slave` as the kernel writes it for a DS18B20 at 12 bit. https://docs.kernel.org/w1/slaves/w1_therm.html */
export function ds18b20(params: unknown, io: ChipIo): FilesChip {
  const { node } = params as { node: string };
  function read(): string {
    const wire = io.wire('temperatureC');
    const raw = Math.round(Math.max(-55, Math.min(125, io.sense('temperatureC'))) * 16) & 0xffff;
    // A wire that is open or shorted reads all ones or all zeroes.
    const pad =
      wire === 'sound'
        ? [raw & 0xff, raw >> 8, 0x4b, 0x46, 0x7f, 0xff, 16 - (raw & 15), 0x10]
        : Array<number>(8).fill(wire === 'open' ? 0xff : 0);
    const sum = wire === 'open' ? 0xff : crc(pad);
    const bytes = [...pad, sum].map(hex).join(' ');
    const verdict = crc(pad) === sum ? 'YES' : 'NO';
    return `${bytes} : crc=${hex(crc(pad))} ${verdict}\n${bytes} t=${Math.round((((raw << 16) >> 16) * 1000) / 16)}\n`;
  }
  return { kind: 'files', files: { [`${node}/w1_slave`]: { read } } };
}
