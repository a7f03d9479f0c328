import { readFileSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { ACTUATOR_NAMES, type ActuatorName, SENSOR_NAMES, type SensorName } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import { didYouMean } from '../core/strict-file.ts';
import { boardFaults } from './board-faults.ts';
import { DeadMan, note, Watchdog } from './board-guards.ts';
import { DRIVERS } from './drivers/index.ts';

/** Paths and line settings are those of the real machine; on the backend `sim` they name what is emulated. */
const BusSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('i2c'),
    path: z.string().regex(/^\/dev\/i2c-\d+$/, 'a path like /dev/i2c-1'),
    lines: z
      .strictObject({ chip: z.string().min(1).max(64), sda: z.int().min(0).max(511), scl: z.int().min(0).max(511) })
      .optional()
      .describe('GPIO lines that carry the bus: a chip that holds it is clocked free through them'),
  }),
  z.strictObject({ kind: z.literal('gpio'), chip: z.string().min(1).max(64).describe('label of the GPIO chip') }),
  z
    .strictObject({
      kind: z.literal('modbus'),
      path: z.string().regex(/^(\/dev\/.+|tcp:\/\/[^:/]+:\d{1,5})$/, 'a serial port in /dev or tcp://host:port'),
      baud: z.union([z.literal(9600), z.literal(19200), z.literal(38400), z.literal(115200)]).optional(),
      parity: z.enum(['none', 'even', 'odd']).optional(),
    })
    .refine((b) => b.path.startsWith('tcp:') || (b.baud && b.parity), 'a serial port needs baud and parity'),
  z.strictObject({ kind: z.literal('command'), program: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('files'), dir: z.string().startsWith('/') }),
  z.strictObject({
    kind: z.literal('host'),
    path: z.string().regex(/^(\/.+|tcp:\/\/[^:/]+:\d{1,5})$/, 'a unix socket or tcp://host:port'),
    tokenFile: z.string().startsWith('/').optional().describe('file with the word that the host asks for'),
  }),
]);
export type BusSpec = z.infer<typeof BusSpec>;

const Frame = z.strictObject({
  title: z.string().min(3).max(80),
  simulated: z.boolean(),
  backend: z.enum(['sim', 'linux']),
  buses: z.record(z.string().regex(/^[a-z][a-z0-9]{0,31}$/), BusSpec),
  deadMan: DeadMan,
  watchdog: Watchdog.optional(),
  devices: z.record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,31}$/), z.unknown()),
});

const DeviceFrame = z.strictObject({
  driver: z.string(),
  params: z.unknown(),
  points: z.record(z.string(), z.unknown()),
});

/** A sensor: which channel of the device serves it, and the age beyond which control must not trust it. */
const SensorPoint = z.strictObject({ channel: z.string(), maxAgeMs: z.int().min(100).max(3_600_000), note });
/** An actuator: which channel drives it, and the value it must take when in doubt. */
const ActuatorPoint = z.strictObject({ channel: z.string(), safe: z.number(), note });

export interface BoardDevice {
  driver: string;
  /** Validated by the driver's own schema; I2C addresses are numbers here. */
  params: unknown;
  sensors: Partial<Record<SensorName, z.infer<typeof SensorPoint>>>;
  actuators: Partial<Record<ActuatorName, z.infer<typeof ActuatorPoint>>>;
}

export interface Board {
  /** File name without .json. */
  name: string;
  title: string;
  simulated: boolean;
  backend: 'sim' | 'linux';
  buses: Record<string, BusSpec>;
  deadMan: DeadMan;
  watchdog?: Watchdog | undefined;
  devices: Record<string, BoardDevice>;
}

const BOARDS_DIR = resolve(import.meta.dirname, '../../boards');

/**
 * Reads `boards/<name>.json`, or a path. Throws BOARD_INVALID with every fault at once, one a line, each with its JSON
 * path and what to do about it.
 */
export function loadBoard(nameOrPath: string): Board {
  const named = /^[\w-]+$/.test(nameOrPath);
  const file = named ? resolve(BOARDS_DIR, `${nameOrPath}.json`) : resolve(nameOrPath);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new HeatmineError(
      'BOARD_INVALID',
      `${isAbsolute(nameOrPath) ? nameOrPath : file}: cannot be read: ${messageOf(error)}; give a file in boards/ without .json, or a path`,
      { cause: error },
    );
  }
  return parseBoard(text, file);
}

/** The same from text; `file` is used in messages and for the board's name. */
export function parseBoard(text: string, file: string): Board {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new HeatmineError('BOARD_INVALID', `${file}: not JSON: ${messageOf(error)}`, { cause: error });
  }
  const faults: string[] = [];
  const frame = check(Frame, raw, '', faults) ?? salvage(raw);
  const devices: Record<string, BoardDevice> = {};
  for (const [name, device] of Object.entries(frame.devices ?? {})) {
    const parsed = parseDevice(device, `devices.${name}`, faults);
    if (parsed) devices[name] = parsed;
  }
  const board = { ...frame, name: basename(file, '.json'), devices } as Board;
  faults.push(...boardFaults(board));
  if (faults.length) {
    const lines = [...new Set(faults)].map((fault) => `${file}: ${fault}`);
    throw new HeatmineError('BOARD_INVALID', lines.join('\n'));
  }
  return board;
}

function parseDevice(raw: unknown, path: string, faults: string[]): BoardDevice | undefined {
  const frame = check(DeviceFrame, raw, path, faults);
  if (!frame) return undefined;
  const driver = DRIVERS.find((d) => d.name === frame.driver);
  if (!driver) {
    const names = DRIVERS.map((d) => d.name);
    faults.push(`${path}.driver: unknown driver "${frame.driver}"${hint(frame.driver, names)}`);
    return undefined;
  }
  const params = check(driver.params, frame.params, `${path}.params`, faults);
  const device: BoardDevice = { driver: driver.name, params, sensors: {}, actuators: {} };
  for (const [name, point] of Object.entries(frame.points)) {
    const where = `${path}.points.${name}`;
    const direction = SENSOR_NAMES.includes(name as SensorName) ? 'in' : 'out';
    if (direction === 'out' && !ACTUATOR_NAMES.includes(name as ActuatorName)) {
      const unit = unitOf(name) ? '' : ', whose name ends in no unit';
      faults.push(`${where}: unknown point "${name}"${unit}${hint(name, [...SENSOR_NAMES, ...ACTUATOR_NAMES])}`);
      continue;
    }
    const parsed =
      direction === 'in' ? check(SensorPoint, point, where, faults) : check(ActuatorPoint, point, where, faults);
    if (!parsed) continue;
    Object.assign(direction === 'in' ? device.sensors : device.actuators, { [name]: parsed });
    if (params === undefined) continue;
    const channels = driver.channels(params);
    const channel = channels.find((c) => c.name === parsed.channel);
    const names = channels.filter((c) => c.direction === direction).map((c) => c.name);
    if (!channel) {
      faults.push(`${where}.channel: ${driver.name} has no channel "${parsed.channel}"${hint(parsed.channel, names)}`);
    } else if (channel.direction !== direction) {
      const is = direction === 'in' ? 'an output, but the point is a sensor' : 'an input, but the point is an actuator';
      faults.push(
        `${where}.channel: "${parsed.channel}" is ${is}; ${driver.name} offers ${names.join(', ') || 'none'}`,
      );
    }
  }
  return params === undefined ? { ...device, params: {} } : device;
}

/** Parses; on failure adds every issue with its path, and for unknown keys what was probably meant. */
function check<T>(schema: z.ZodType<T>, raw: unknown, path: string, faults: string[]): T | undefined {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const at = (parts: readonly PropertyKey[]) => [path, ...parts.map(String)].filter(Boolean).join('.') || '(top)';
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys') {
      const absent = issue.code === 'invalid_type' && /received undefined/.test(issue.message);
      faults.push(
        `${at(issue.path)}: ${absent ? `missing; ${MISSING[String(issue.path.at(-1))] ?? 'add it'}` : issue.message}`,
      );
      continue;
    }
    const known = schema instanceof z.ZodObject && issue.path.length === 0 ? Object.keys(schema.shape) : [];
    for (const key of issue.keys) faults.push(`${at([...issue.path, key])}: unknown key${hint(key, known)}`);
  }
  return undefined;
}

const MISSING: Record<string, string> = {
  note: 'say in a few words where the wire goes',
  safe: 'give the value this output must take when in doubt',
  maxAgeMs: 'give the age in ms beyond which the value must not be used',
  channel: 'name the channel of the driver',
  drops: 'name the outputs that the relay drops when it falls',
  deadMan: 'name the line of the dead-man relay: without it outputs stay driven after a crash',
};

/** What can still be examined of a board whose frame is faulty, so that all faults are told at once. */
function salvage(raw: unknown): Partial<z.infer<typeof Frame>> {
  const record = z.record(z.string(), z.unknown()).safeParse(raw).data ?? {};
  const devices = z.record(z.string(), z.unknown()).safeParse(record.devices).data;
  return {
    devices,
    buses: Frame.shape.buses.safeParse(record.buses).data,
    deadMan: DeadMan.safeParse(record.deadMan).data,
  };
}

function hint(word: string, known: readonly string[]): string {
  const meant = didYouMean(word, known);
  if (meant) return `, did you mean "${meant}"?`;
  return known.length ? `; known: ${known.join(', ')}` : '';
}
