import { topicPath } from '../../contract/topics.ts';
import { unitOf } from '../../contract/units.ts';
import type { Component } from './components.ts';

/** A zone that has reported, with what it tells beside its temperature. */
export interface ZoneFacts {
  zone: string;
  humidity: boolean;
  window: boolean;
}

/** What the unit has heard of one room, and whether it counts: each zone is a device behind the unit. */
export function zoneEntities(unit: string, { zone, humidity, window }: ZoneFacts): Record<string, Component> {
  const state_topic = topicPath(unit, 'controlState');
  const at = `value_json.zones['${zone}']`;
  const told = (field: string, otherwise: string) =>
    `{{ ${at}.${field} if value_json.zones is defined and '${zone}' in value_json.zones else ${otherwise} }}`;
  const shown = (field: string) => `value_json.zones is defined and ${at}.${field} | default(false)`;
  const binary = (name: string, field: string): Component => ({
    p: 'binary_sensor',
    name,
    state_topic,
    value_template: `{{ 'ON' if ${shown(field)} else 'OFF' }}`,
  });
  const measured = (name: string, field: string, unitName: string, decimals: number, deviceClass: string) => ({
    p: 'sensor',
    name,
    state_topic,
    value_template: told(field, 'none'),
    state_class: 'measurement',
    device_class: deviceClass,
    unit_of_measurement: unitName,
    suggested_display_precision: decimals,
  });
  return {
    zoneTemperature: measured('temperature', 'temperatureC', unitOf('roomC')!.symbol!, 1, 'temperature'),
    ...(humidity && { zoneHumidity: measured('humidity', 'humidityPct', '%', 0, 'humidity') }),
    ...(window && { zoneWindow: { ...binary('window', 'windowOpen'), device_class: 'window' } }),
    zoneCounts: { ...binary('counts in the room temperature', 'counts'), entity_category: 'diagnostic' },
  };
}
