import { ACTUATOR_NAMES, ACTUATORS, type ActuatorName, type Outputs } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import { HeatmineError } from '../core/errors.ts';
import { type BusQueue, URGENCY } from './bus-queue.ts';
import type { DeviceSlot } from './device-slot.ts';

/** A failed write is tried again at the first tick after this, longer each time; a changed value is not kept waiting. */
const RETRY_MS = { first: 100, most: 1000 };

export interface OutputTarget {
  slot: DeviceSlot;
  queue: BusQueue;
  channel: string;
}

interface Line extends OutputTarget {
  name: ActuatorName;
  wanted: number;
  /** Last value sent and acknowledged; NaN makes the next one due. */
  sent: number;
  sentAtMs: number;
  /** Value in force as the device reports it; of a write whose answer was lost, the less safe of what may be in force. */
  confirmed: number;
  tried: number;
  failures: number;
  notBeforeMs: number;
  /** The write under way, with what it still leads to. */
  pending: Promise<void> | undefined;
  /** Dropped by a trip: stays safe until control has asked for the safe value itself. */
  held: boolean;
}

export interface OutputWriter {
  apply(outputs: Outputs): void;
  /** To its safe value at once, beside the queue, and there until control agrees. */
  drop(name: ActuatorName): void;
  confirmed(): Record<ActuatorName, number>;
  /** Writes every safe value and waits for the attempts. */
  makeSafe(): Promise<void>;
}

export function createOutputs(targets: Record<ActuatorName, OutputTarget>, monoMs: () => number): OutputWriter {
  const lines = ACTUATOR_NAMES.map((name): Line => {
    const { safe } = ACTUATORS[name];
    const start = { wanted: safe, sent: Number.NaN, sentAtMs: 0, confirmed: safe, tried: Number.NaN };
    return { ...targets[name], name, ...start, failures: 0, notBeforeMs: 0, pending: undefined, held: false };
  });
  const byName = new Map(lines.map((line) => [line.name, line]));
  const safeOf = (line: Line) => ACTUATORS[line.name].safe;
  const target = (line: Line) => (line.held ? safeOf(line) : line.wanted);

  async function send(line: Line): Promise<void> {
    const value = target(line);
    line.tried = value;
    try {
      line.confirmed = await line.slot.write(line.channel, value);
      line.sent = value;
      line.sentAtMs = monoMs();
      line.failures = 0;
    } catch (error) {
      // Counted and remembered by the slot; here matters what may be in force now, and when to try again.
      if (mayBeDone(line, error)) line.confirmed = lessSafe(line.name, value, line.confirmed);
      line.failures += 1;
      line.sent = Number.NaN;
      line.notBeforeMs = monoMs() + Math.min(RETRY_MS.first * 2 ** (line.failures - 1), RETRY_MS.most);
    }
  }

  function flush(line: Line): Promise<void> {
    const value = target(line);
    const due = value !== line.sent || monoMs() - line.sentAtMs >= line.slot.rewriteMs;
    const waiting = line.failures > 0 && value === line.tried && monoMs() < line.notBeforeMs;
    if (line.pending) return line.pending;
    if (!due || waiting) return Promise.resolve();
    const urgency = value === safeOf(line) ? URGENCY.safe : URGENCY.write;
    line.pending = line.queue
      .push(urgency, () => send(line))
      .then(() => {
        line.pending = undefined;
        return target(line) === line.tried ? undefined : flush(line);
      });
    return line.pending;
  }

  return {
    apply(outputs) {
      for (const line of lines) {
        line.wanted = plausible(line.name, outputs[line.name]);
        if (line.wanted === safeOf(line)) line.held = false;
      }
      const safeFirst = lines.toSorted((a, b) => Number(target(b) === safeOf(b)) - Number(target(a) === safeOf(a)));
      for (const line of safeFirst) void flush(line);
    },
    drop(name) {
      const line = byName.get(name)!;
      if (line.held) return;
      line.held = true;
      void send(line).then(() => flush(line));
    },
    confirmed: () =>
      Object.fromEntries(lines.map((line) => [line.name, line.confirmed])) as Record<ActuatorName, number>,
    async makeSafe() {
      for (const line of lines) {
        line.wanted = safeOf(line);
        line.notBeforeMs = 0;
        line.sent = Number.NaN;
      }
      await Promise.all(lines.map(flush));
    },
  };
}

/** What the interlock lets through is finite and in range; anything else is a defect, and the answer to it is safe. */
function plausible(name: ActuatorName, value: number): number {
  const unit = unitOf(name);
  return Number.isFinite(value) && (!unit || (value >= unit.min && value <= unit.max)) ? value : ACTUATORS[name].safe;
}

/** An answer can be lost on the way back, and the write was done. A line of our own is read back at once. */
const LOST_ANSWER = new Set(['BUS_TIMEOUT', 'BUS_NOISE', 'BUS_CLOSED']);
const mayBeDone = (line: Line, error: unknown): boolean =>
  line.slot.wiring.kind !== 'gpio' && error instanceof HeatmineError && LOST_ANSWER.has(error.code);

function lessSafe(name: ActuatorName, a: number, b: number): number {
  const { safe } = ACTUATORS[name];
  return Math.abs(a - safe) > Math.abs(b - safe) ? a : b;
}
