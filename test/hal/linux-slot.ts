import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import type { BoardDevice, BusSpec } from '../../src/hal/board.ts';
import { openLinuxBuses } from '../../src/hal/buses/linux.ts';
import { createSlot } from '../../src/hal/device-slot.ts';

export const monoMs = () => performance.now();

/** One device on a bus of the Linux back end. */
export function slotOn(spec: BusSpec, device: Omit<BoardDevice, 'actuators'> & Partial<BoardDevice>) {
  const buses = openLinuxBuses({ buses: { b: spec } }, monoMs);
  const slot = createSlot('dut', { actuators: {}, ...device }, { buses, monoMs }, () => undefined);
  return { buses, slot };
}

export const sensors = (channels: Record<string, string>) =>
  Object.fromEntries(Object.entries(channels).map(([p, channel]) => [p, { channel, maxAgeMs: 1500, note: 'test' }]));

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    assert.instance(error, HeatmineError);
    return (error as HeatmineError).code;
  }
}
