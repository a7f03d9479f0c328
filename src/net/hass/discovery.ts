import type { SensorName } from '../../contract/points.ts';
import { onlinePath } from '../broker/acl.ts';
import { commandEntities, readOnlyEntities } from './commands.ts';
import type { Component } from './components.ts';
import { germanNameOf } from './names-de.ts';
import { isOfAccelerator, sensorEntities, stateEntities, updateEntity } from './states.ts';
import { type ZoneFacts, zoneEntities } from './zones.ts';

export interface DeviceFacts {
  unit: string;
  discoveryPrefix: string;
  version: string;
  board: string;
  simulated: boolean;
  language: 'en' | 'de';
  /** False where commands are not taken: then set-points are shown, and nothing that could send one. */
  commands: boolean;
  /** Sensors this board has; those it leaves out get no entity. */
  sensors: readonly SensorName[];
  /** Rooms that have reported. */
  zones: readonly ZoneFacts[];
  /** Whether somebody is asked for newer versions. */
  updates: boolean;
}

export interface Discovery {
  topic: string;
  payload: {
    dev: Record<string, unknown>;
    o: Record<string, unknown>;
    cmps: Record<string, Component>;
    availability: { topic: string }[];
  };
}

/** Keys of components that settings take away. */
export function retiredKeys({
  unit,
  commands,
  updates,
}: Pick<DeviceFacts, 'unit' | 'commands' | 'updates'>): Set<string> {
  const shown = readOnlyEntities(unit);
  const sends = commands ? [] : Object.keys(commandEntities(unit)).filter((key) => !(key in shown));
  return new Set([...sends, ...(updates ? [] : ['update'])].map(snake));
}

/** What a house without a hot water tank has no use for. */
const OF_TANK = ['waterHeater', 'hotWaterSetC', 'hotWaterOnce'];
/** Keys of the components that stand and fall with a sensor. */
export const sensorKeys = (name: SensorName): string[] => [name, ...(name === 'hotWaterC' ? OF_TANK : [])].map(snake);
const deviceIdOf = (unit: string, zone?: string) =>
  `heatmine_${snake(unit)}${zone === undefined ? '' : `_zone_${snake(zone)}`}`;
export const zoneTopic = (discoveryPrefix: string, unit: string, zone: string): string =>
  topicOf(discoveryPrefix, deviceIdOf(unit, zone));
const topicOf = (discoveryPrefix: string, deviceId: string) => `${discoveryPrefix}/device/${deviceId}/config`;
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');

/**
 * The retained messages from which Home Assistant makes the unit, its accelerator as a device behind it, and all their
 * entities. Ids are English whatever the language. Pure.
 */
export function discovery(facts: DeviceFacts): Discovery[] {
  const { unit, simulated, language } = facts;
  const id = deviceIdOf(unit);
  const entities = Object.entries({
    ...sensorEntities(unit, facts.sensors),
    ...stateEntities(unit),
    ...(facts.updates && { update: updateEntity(unit) }),
    ...(facts.commands ? commandEntities(unit) : readOnlyEntities(unit)),
  }).filter(([key]) => facts.sensors.includes('hotWaterC') || !OF_TANK.includes(key));
  const modelled = simulated ? (language === 'de' ? ' (simuliert)' : ' (simulated)') : '';
  const name = `${unit === 'heatmine' ? 'HeatMine' : unit}${modelled}`;
  const own = entities.filter(([key]) => !isOfAccelerator(key));
  const accelerator = entities.filter(([key]) => isOfAccelerator(key));
  const child = language === 'de' ? 'Rechner' : 'accelerator';
  return [
    message(facts, id, { name, model: `board ${facts.board}` }, own),
    message(facts, `${id}_accelerator`, { name: `${name} ${child}`, via_device: id }, accelerator),
    ...facts.zones.map((zone) => zoneMessage(facts, id, name, zone)),
  ];
}

function zoneMessage(facts: DeviceFacts, id: string, name: string, told: ZoneFacts): Discovery {
  const { zone } = told;
  const device = { name: `${name} ${facts.language === 'de' ? 'Raum' : 'room'} ${zone}`, via_device: id };
  const entities = Object.entries(zoneEntities(facts.unit, told));
  return message(facts, deviceIdOf(facts.unit, zone), device, entities, zone);
}

function message(
  facts: DeviceFacts,
  deviceId: string,
  device: Record<string, string>,
  entities: [key: string, component: Component][],
  zone?: string,
): Discovery {
  const { unit, discoveryPrefix, version, language } = facts;
  const cmps: Record<string, Component> = {};
  for (const [key, component] of entities) {
    const own = zone === undefined ? snake(key) : `${snake(key)}_${snake(zone)}`;
    const objectId = key === 'climate' ? snake(unit) : `${snake(unit)}_${own}`;
    const name = component.name !== null && language === 'de' ? germanNameOf(key) : component.name;
    const shown = name && name.charAt(0).toUpperCase() + name.slice(1);
    cmps[snake(key)] = {
      ...component,
      name: shown,
      unique_id: `heatmine_${snake(unit)}_${own}`,
      default_entity_id: `${component.p}.${objectId}`,
    };
  }
  return {
    topic: topicOf(discoveryPrefix, deviceId),
    payload: {
      dev: { identifiers: [deviceId], manufacturer: 'HeatMine', sw_version: version, ...device },
      o: { name: 'heatmine', sw_version: version },
      cmps,
      availability: [{ topic: onlinePath(unit) }],
    },
  };
}
