import { type Reading, SENSOR_NAMES, type SensorName } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import type { HeatmineError } from '../core/errors.ts';
import type { BoardDevice } from './board.ts';
import { whereOf } from './drivers/params.ts';
import { explain } from './health.ts';
import type { Device, Sample } from './types.ts';

/** The latest reading of each point that one device serves. */
export function createReadings(spec: BoardDevice, monoMs: () => number, onTrip: (sensor: SensorName) => void) {
  const at = `${spec.driver} at ${whereOf(spec.params)}`;
  const sensors = SENSOR_NAMES.flatMap((sensor) => {
    const point = spec.sensors[sensor];
    return point ? [{ sensor, channel: point.channel }] : [];
  });
  const latest: Partial<Record<SensorName, Reading>> = {};

  function trip(sensor: SensorName): void {
    latest[sensor] = { value: 0, atMs: monoMs(), quality: 'good' };
    onTrip(sensor);
  }

  return {
    latest,
    /** A safety contact on this channel opened. */
    tripped(channel: string): void {
      for (const s of sensors) if (s.channel === channel) trip(s.sensor);
    },
    take(device: Device, samples: Record<string, Sample>): void {
      for (const { sensor, channel } of sensors) {
        const sample = samples[channel];
        if (!sample) continue;
        const before = latest[sensor]?.value;
        const reading = judge(sensor, sample, at, channel);
        latest[sensor] = reading;
        // The edge itself may have been lost, or the contact was open from the start.
        if (device.onTrip && reading.value === 0 && before !== 0) trip(sensor);
      }
    },
    /** All points of the device, each keeping the time of its last sample. */
    markBad(error: HeatmineError): void {
      const reason = explain(error, spec.driver, spec.params);
      for (const { sensor } of sensors) {
        latest[sensor] = { value: Number.NaN, atMs: latest[sensor]?.atMs ?? monoMs(), quality: 'bad', reason };
      }
    },
  };
}

/** A sample as a reading: finite and plausible for its unit, or bad with the reason. */
function judge(sensor: SensorName, { value, atMs, fault }: Sample, at: string, channel: string): Reading {
  if (fault !== undefined) return { value: Number.NaN, atMs, quality: 'bad', reason: `${at} ${channel}: ${fault}` };
  const unit = unitOf(sensor);
  if (Number.isFinite(value) && (!unit || (value >= unit.min && value <= unit.max)))
    return { value, atMs, quality: 'good' };
  const range = unit ? `, plausible is ${unit.min} to ${unit.max} ${unit.symbol}` : '';
  return { value: Number.NaN, atMs, quality: 'bad', reason: `${at} ${channel}: ${value}${range}; check the sensor` };
}
