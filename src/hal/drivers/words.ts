/** Numbers as Modbus devices spread them over registers. */

/** IEEE 754 single from two registers; undefined where it is no number. 0x447A 0x0000 is 1000. */
export function float32(high: number | undefined, low: number | undefined): number | undefined {
  if (high === undefined || low === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, high);
  view.setUint16(2, low);
  const value = view.getFloat32(0);
  return Number.isFinite(value) ? value : undefined;
}

export const int16 = (word: number | undefined): number => ((word ?? 0) << 16) >> 16;
