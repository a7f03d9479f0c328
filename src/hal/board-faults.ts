import { ACTUATOR_NAMES, ACTUATORS, type ActuatorName, SENSOR_NAMES, SENSORS } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import type { Board, BoardDevice } from './board.ts';
import { BUS_KINDS } from './bus-kinds.ts';
import { whereOf, wiringOf } from './drivers/params.ts';
import { headerOf } from './headers.ts';

/** Points that may stop the machine must not be older (docs/SAFETY.md). */
const TRIP_MAX_AGE_MS = 1500;

/** Faults of a board as a whole, after every part has passed its own schema. Parts that did not pass may be absent. */
export function boardFaults(board: Partial<Board> & Pick<Board, 'devices'>): string[] {
  return [
    ...busFaults(board),
    ...clashFaults(board),
    ...deadManFaults(board),
    ...Object.entries(board.devices).flatMap(([name, device]) => deviceFaults(name, device)),
    ...coverageFaults(board.devices),
  ];
}

function busFaults({ buses, devices, deadMan }: Partial<Board> & Pick<Board, 'devices'>): string[] {
  if (!buses) return [];
  const users = Object.entries(devices).map(([name, d]) => ({
    path: `devices.${name}.params`,
    wiring: wiringOf(d.params),
  }));
  if (deadMan) users.push({ path: 'deadMan', wiring: wiringOf(deadMan) });
  const faults: string[] = [];
  for (const { path, wiring } of users) {
    if (wiring.bus === undefined) continue;
    const spec = buses[wiring.bus];
    if (!spec) faults.push(`${path}.bus: no bus "${wiring.bus}"; buses has ${Object.keys(buses).join(', ')}`);
    else if (spec.kind !== wiring.kind) {
      faults.push(`${path}.bus: "${wiring.bus}" is a ${spec.kind} bus, this needs a ${wiring.kind} bus`);
    } else if (spec.kind === 'gpio' && wiring.kind === 'gpio') {
      const lines = Object.keys(headerOf(spec.chip)?.pins ?? {}).map(Number);
      if (lines.length > 0 && !lines.includes(wiring.line)) {
        const range = `${Math.min(...lines)} to ${Math.max(...lines)}`;
        faults.push(`${path}.line: ${spec.chip} has no line ${wiring.line} on its header; use ${range}`);
      }
    }
  }
  return faults;
}

/** Two devices at one I2C address, GPIO line or Modbus unit. */
function clashFaults({ devices, deadMan }: Partial<Board> & Pick<Board, 'devices'>): string[] {
  const taken = new Map<string, string>();
  if (deadMan?.line !== undefined) taken.set(whereOf(deadMan), 'deadMan');
  const faults: string[] = [];
  for (const [name, device] of Object.entries(devices)) {
    const { kind, bus } = wiringOf(device.params);
    if (bus === undefined || !('place' in BUS_KINDS[kind])) continue;
    const where = whereOf(device.params);
    const owner = taken.get(where);
    if (!owner) taken.set(where, `devices.${name}`);
    else {
      const { place: key } = BUS_KINDS[kind] as { place: string };
      faults.push(`devices.${name}.params.${key}: ${where} is already used by ${owner}; give each its own ${key}`);
    }
  }
  return faults;
}

/**
 * An output may stay driven after a crash: sysfs keeps it, and no kernel promises to let it go. So each one on a GPIO line
 * must be named among those that the dead-man relay drops.
 */
function deadManFaults({ devices, deadMan }: Partial<Board> & Pick<Board, 'devices'>): string[] {
  const driven = Object.entries(devices).flatMap(([device, d]) =>
    Object.keys(d.actuators).map((name) => ({ name: name as ActuatorName, device, kind: wiringOf(d.params).kind })),
  );
  const names = driven.map((d) => d.name);
  if (!deadMan) {
    if (names.length === 0) return [];
    return [
      `deadMan: none named, but these stay driven after a crash: ${names.join(', ')}; ` +
        'add { "bus", "line", "drops", "note" } of the line that holds the dead-man relay',
    ];
  }
  const kept = driven.filter((d) => d.kind === 'gpio' && !deadMan.drops.includes(d.name));
  const strange = deadMan.drops.filter((name) => !names.includes(name));
  return [
    ...kept.map(
      ({ name, device }) =>
        `devices.${device}.points.${name}: its GPIO line may stay driven after a crash; wire its coil through the dead-man ` +
        `relay and add "${name}" to deadMan.drops`,
    ),
    ...strange.map((name) => `deadMan.drops: "${name}" is driven by no device of this board; remove it`),
  ];
}

/** Whether the dead wire of this output means its full value: a flag of the whole device, or of each of its outputs. */
function invertedOf({ params }: BoardDevice, channel: string): boolean | undefined {
  const p = params as { inverted?: boolean; relays?: Outputs; analogue?: Outputs };
  return p.inverted ?? p.relays?.[channel]?.inverted ?? p.analogue?.[channel]?.inverted;
}
type Outputs = Record<string, { inverted: boolean }>;

function deviceFaults(name: string, device: BoardDevice): string[] {
  const faults: string[] = [];
  const at = (point: string) => `devices.${name}.points.${point}`;
  for (const sensor of SENSOR_NAMES) {
    const point = device.sensors[sensor];
    if (point && 'trip' in SENSORS[sensor] && point.maxAgeMs > TRIP_MAX_AGE_MS) {
      faults.push(
        `${at(sensor)}.maxAgeMs: ${sensor} can stop the machine: at most ${TRIP_MAX_AGE_MS}, not ${point.maxAgeMs}`,
      );
    }
  }
  for (const actuator of ACTUATOR_NAMES) {
    const point = device.actuators[actuator];
    if (!point) continue;
    const { safe, label } = ACTUATORS[actuator];
    if (point.safe !== safe)
      faults.push(`${at(actuator)}.safe: the safe value of ${label} is ${safe}, not ${point.safe}`);
    const inverted = invertedOf(device, point.channel);
    if (inverted !== undefined && inverted !== safe > 0) {
      const full = unitOf(actuator)?.max ?? 1;
      faults.push(
        `devices.${name}.params.inverted: a dead wire would mean ${actuator} = ${inverted ? full : 0}, but safe is ${safe}; ` +
          `set "inverted": ${safe > 0} and wire it so`,
      );
    }
  }
  return faults;
}

/** Every point once; sensors marked optional in the contract may be left out. */
function coverageFaults(devices: Board['devices']): string[] {
  const faults: string[] = [];
  for (const name of [...SENSOR_NAMES, ...ACTUATOR_NAMES]) {
    const owners = Object.keys(devices).filter((d) => name in devices[d]!.sensors || name in devices[d]!.actuators);
    const optional = name in SENSORS && 'optional' in SENSORS[name as keyof typeof SENSORS];
    if (owners.length > 1)
      faults.push(`devices.${owners[1]}.points.${name}: already served by devices.${owners[0]}; keep one`);
    if (owners.length === 0 && !optional)
      faults.push(`devices: no device serves "${name}"; add it to the points of one`);
  }
  return faults;
}
