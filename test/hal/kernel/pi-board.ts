import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SensorName } from '../../../src/contract/points.ts';

/** The emulated chips of the Pi: which point each measures, and its address. */
export const PI_SENSORS: Partial<Record<SensorName, number>> = {
  accelInC: 0x48,
  accelOutC: 0x49,
  supplyC: 0x4a,
  returnC: 0x4b,
  condenserOutC: 0x4c,
  bufferTopC: 0x4d,
  bufferBottomC: 0x4e,
  dischargeC: 0x4f,
};
export const MODBUS_PORT = 1502;
export const ACCEL_SOCKET = '/tmp/accel.sock';

type Points = Record<string, { channel: string }>;
interface Raw {
  buses: Record<string, unknown>;
  deadMan: unknown;
  watchdog?: unknown;
  devices: Record<string, { driver: string; params: Record<string, unknown>; points: Points }>;
}

const shipped = (name: string): Raw =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../../../boards/${name}.json`), 'utf8'));

/**
 * A board of two that ship: relays and dead-man as on pi4, the rest as on minipc, with the temperatures that the emulated
 * Pi has chips for on its own bus. Everything on Modbus is one TCP server, so that no two units may share a number.
 */
export function piBoard(): object {
  const [pi, pc] = [shipped('pi4'), shipped('minipc')];
  const relays = Object.entries(pi.devices).filter(([, d]) => d.driver === 'gpio-relay');
  const here = new Set([...Object.keys(PI_SENSORS), ...relays.flatMap(([, d]) => Object.keys(d.points))]);
  const devices: Raw['devices'] = Object.fromEntries(relays);
  for (const [name, device] of Object.entries(pc.devices)) {
    const points = Object.fromEntries(Object.entries(device.points).filter(([point]) => !here.has(point)));
    const params = { ...device.params };
    if (device.driver === 'atv320') params.unit = 31;
    for (const group of ['temperatures', 'relays']) {
      const channels = params[group] as object | undefined;
      if (channels)
        params[group] = Object.fromEntries(Object.entries(channels).filter(([channel]) => channel in points));
    }
    if (device.driver !== 'nvidia-smi') devices[name] = { ...device, params, points };
    else devices[name] = { driver: 'accel-host', params: { bus: 'accel', ttlS: 5 }, points };
  }
  for (const [point, address] of Object.entries(PI_SENSORS)) {
    const params = { bus: 'i2c1', address: `0x${address.toString(16).toUpperCase()}`, chip: 'lm75' };
    const points = { [point]: { channel: 'temperatureC', maxAgeMs: 1500, note: 'emulated' } };
    devices[`tmp${address}`] = { driver: 'lm75', params, points };
  }
  const tcp = { kind: 'modbus', path: `tcp://127.0.0.1:${MODBUS_PORT}` };
  const buses = {
    i2c1: { kind: 'i2c', path: '/dev/i2c-1' },
    gpio0: { kind: 'gpio', chip: 'pinctrl-bcm2835' },
    ...{ io: tcp, drive: tcp, meter: tcp },
    accel: { kind: 'host', path: ACCEL_SOCKET },
  };
  return { ...pi, title: 'Emulated Raspberry Pi 3', watchdog: undefined, buses, devices };
}
