import { stringify } from 'yaml';
import { Config, parseConfig } from '../core/config.ts';
import { CONFIG_VERSION } from '../core/config-versions.ts';
import { asTyped } from '../core/words.ts';

/** One question of the first set-up. Its default and its limits are those of the schema. */
export interface Question {
  path: string;
  text: string;
}

export const QUESTIONS: readonly Question[] = [
  { path: 'board', text: 'Board: sim for the simulated house, or the name of a file in boards/ (docs/boards.md)' },
  { path: 'unit', text: 'Name of this unit in MQTT and Home Assistant' },
  {
    path: 'house.designLoadW',
    text: 'Heat load on the coldest day, W (a guess: 50 W per m² in a newer house, 100 in an old one)',
  },
  { path: 'house.designOutdoorC', text: 'Outdoor temperature of that day, °C' },
  {
    path: 'house.supplyDesignC',
    text: 'Water temperature that the house needs on that day, °C (floor 35, radiators 45 to 55)',
  },
  { path: 'house.compressorMaxW', text: 'Rated electrical power of the compressor, W' },
  { path: 'house.backupHeaterW', text: 'Power of the backup heater, W, 0 for none' },
  { path: 'house.accelMaxW', text: 'Rated power of all accelerators together, W, 0 for none' },
  { path: 'house.hotWaterTankL', text: 'Hot water tank, litres' },
  { path: 'tariff.feesEurPerKwh', text: 'What a kWh costs beside its wholesale price, without tax, EUR' },
  { path: 'tariff.exportEurPerKwh', text: 'What a kWh fed into the grid earns, EUR' },
  { path: 'net.host', text: 'Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for the LAN (plain text)' },
  { path: 'net.language', text: 'Language of the names in Home Assistant: en or de' },
];

const split = (path: string) => path.split('.') as [head: string, key: string | undefined];

export function defaultOf(path: string): string | number {
  const [head, key] = split(path);
  const group = Config.parse({})[head as keyof Config];
  return (key === undefined ? group : (group as Record<string, unknown>)[key]) as string | number;
}

/** The text as the type of its default. */
export const typed = (path: string, text: string): string | number =>
  typeof defaultOf(path) === 'number' && text.trim() !== '' ? Number(text) : text.trim();

/** What is wrong with one answer, in the words of the schema; undefined when it will do. */
export function faultOf(path: string, value: string | number): string | undefined {
  const [head, key] = split(path);
  const parsed = Config.safeParse({ [head]: key === undefined ? value : { [key]: value } });
  return parsed.success ? undefined : parsed.error.issues.map((issue) => issue.message).join('; ');
}

/** config.yaml with these answers, each with its question above it. Throws CONFIG_INVALID when they do not fit together. */
export function yamlOf(answers: ReadonlyMap<string, string | number>): string {
  const lines = [
    `# Written by ${asTyped('config init')}. All keys: docs/config.schema.json; ${asTyped('config check')} checks.`,
    `version: ${CONFIG_VERSION}`,
  ];
  let group = '';
  for (const { path, text } of QUESTIONS) {
    const value = answers.get(path) ?? defaultOf(path);
    const [head, key] = split(path);
    if (key !== undefined && head !== group) lines.push(`${head}:`);
    group = key === undefined ? '' : head;
    const indent = key === undefined ? '' : '  ';
    lines.push(`${indent}# ${text}`, `${indent}${stringify({ [key ?? head]: value }).trim()}`);
  }
  const yaml = `${lines.join('\n')}\n`;
  parseConfig(yaml, 'config.yaml');
  return yaml;
}
