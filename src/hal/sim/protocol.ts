import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts';
import { Fault } from './faults.ts';

/** JSON lines between control's `sim-socket` back end and the plant process. Modbus goes over its own TCP port. */
export const MAX_LINE_BYTES = 65_536;

const id = z.int().min(0);
const bus = z.string().max(32);
const line = z.int().min(0).max(511);

export const PlantRequest = z.discriminatedUnion('op', [
  z.strictObject({
    id,
    op: z.literal('i2c'),
    bus,
    address: z.int().min(0).max(127),
    write: z.array(z.int().min(0).max(255)).max(64),
    read: z.int().min(0).max(64),
  }),
  z.strictObject({ id, op: z.literal('gpio.write'), bus, line, level: z.union([z.literal(0), z.literal(1)]) }),
  z.strictObject({ id, op: z.literal('gpio.read'), bus, line }),
  /** Answers the level of now; then every edge is pushed. `resume`: the state of now is pushed as an edge first. */
  z.strictObject({ id, op: z.literal('gpio.watch'), bus, line, resume: z.boolean().optional() }),
  z.strictObject({ id, op: z.literal('command'), bus, args: z.array(z.string().max(256)).max(32) }),
  z.strictObject({
    id,
    op: z.literal('files'),
    bus,
    action: z.enum(['read', 'write', 'list']),
    path: z.string().max(256),
    text: z.string().max(256),
  }),
  z.strictObject({ id, op: z.literal('host'), bus, request: z.record(z.string().max(32), z.unknown()) }),
  /** Evidence: what the actuators do and since when; with `sinceMs`, the changes from that time of CLOCK_MONOTONIC. */
  z.strictObject({ id, op: z.literal('lines'), sinceMs: z.number().optional() }),
  /** Evidence: what the modelled house really does, as MQTT tells it, for a look that no broker can hinder. */
  z.strictObject({ id, op: z.literal('truth') }),
  z.strictObject({ id, op: z.literal('inject'), fault: Fault }),
  z.strictObject({ id, op: z.literal('clear') }),
]);
export type PlantRequest = z.infer<typeof PlantRequest>;

const level = z.union([z.literal(0), z.literal(1)]);
const code = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

/** What comes back: an answer by id, or an edge (`sequence` may jump: pulses are reported at most every 50 ms). */
export const PlantReply = z.union([
  z.object({ id, error: z.object({ code, message: z.string() }) }),
  z.object({
    id,
    data: z.array(z.number()).optional(),
    level: level.optional(),
    stdout: z.string().optional(),
    names: z.array(z.string()).optional(),
    host: z.record(z.string(), z.unknown()).optional(),
    lines: z.unknown().optional(),
    truth: z.unknown().optional(),
  }),
  z.object({ edge: z.object({ bus, line, level, atNs: z.string().regex(/^\d+$/), sequence: z.int() }) }),
]);
export type PlantReply = z.infer<typeof PlantReply>;
