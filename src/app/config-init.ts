import { Document, Scalar, type YAMLMap } from 'yaml';
import { ZONE_NAME } from '../contract/comfort.ts';
import { Config, parseConfig } from '../core/config.ts';
import { CONFIG_VERSION } from '../core/config-versions.ts';
import { issueText } from '../core/issues.ts';
import { asTyped } from '../core/words.ts';

export type Answer = string | number | boolean;
export type Answers = ReadonlyMap<string, Answer>;

/** One question of the first set-up. Its default and its limits are those of the schema; without a default, nothing is an answer too. */
export interface Question {
  path: string;
  text: string;
  /** Asked and written only where earlier answers make it matter. */
  when?: (answers: Answers) => boolean;
  /** Beyond the schema. */
  only?: readonly [pattern: RegExp, words: string];
}

const isBurnt = (answers: Answers) =>
  ['gas', 'oil', 'district'].includes(String(answers.get('house.alternativeHeat'))) ||
  answers.get('house.backupHeaterIs') === 'boiler';
const hasBackup = (answers: Answers) => answers.get('house.backupHeaterW') !== 0;
const isHourly = (answers: Answers) => !answers.has('tariff.fixedEurPerKwh');

export const QUESTIONS: readonly Question[] = [
  { path: 'board', text: 'Board: sim for the simulated house, or the name of a file in boards/ (docs/boards.md)' },
  { path: 'unit', text: 'Name of this unit in MQTT and Home Assistant' },
  { path: 'net.language', text: 'Language in which it speaks to people in Home Assistant and messages: en or de' },
  { path: 'house.comfort.timeZone', text: 'Time zone of the house' },
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
  { path: 'house.backupHeaterW', text: 'Heat of the backup heater or of an old boiler that helps, W, 0 for none' },
  { path: 'house.backupHeaterIs', text: 'Which of them it is: electric or boiler', when: hasBackup },
  { path: 'house.accelMaxW', text: 'Rated power of all accelerators together, W, 0 for none' },
  { path: 'house.hotWaterTankL', text: 'Hot water tank, litres' },
  {
    path: 'house.alternativeHeat',
    text: 'What heats the house when computing does not: heatpump (the one of this unit), gas, oil, district or resistive',
  },
  {
    path: 'house.alternativeEurPerKwh',
    text: 'What a kWh of heat from gas, oil or district costs, EUR',
    when: isBurnt,
  },
  {
    path: 'house.comfort.priorityZone',
    text: 'Room that alone counts as the room temperature once it reports over MQTT, such as living; empty: all that report count alike',
    only: [ZONE_NAME, 'lower case letters, digits and dashes'],
  },
  {
    path: 'tariff.fixedEurPerKwh',
    text: 'Price of a kWh with all fees and tax, EUR; empty where it changes by the hour',
  },
  {
    path: 'tariff.feesEurPerKwh',
    text: 'What a kWh costs beside its wholesale price, without tax, EUR',
    when: isHourly,
  },
  { path: 'tariff.vatPct', text: 'Tax on both, %', when: isHourly },
  { path: 'tariff.exportEurPerKwh', text: 'What a kWh fed into the grid earns, EUR' },
  { path: 'net.host', text: 'Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for the LAN (plain text)' },
  {
    path: 'notify.ntfy',
    text: 'Address of an ntfy topic that is told of faults, such as https://ntfy.sh/a-name-nobody-guesses; empty: none (e-mail and webhook: on the page, Log)',
  },
  { path: 'swarm.join', text: 'Join the swarm, to find other units and be found (docs/swarm.md): yes or no' },
];

/** Of a broker that is joined; asked in an order of their own (`broker-ask.ts`). */
export const BROKER = 'net.houseBroker';
const BROKER_KEYS: readonly Question[] = [
  { path: `${BROKER}.url`, text: 'The broker that the house has already; the unit has its own beside it' },
  { path: `${BROKER}.username`, text: 'User of the unit there' },
  { path: `${BROKER}.passwordFile`, text: 'File with the password alone' },
  { path: `${BROKER}.caFile`, text: 'Certificate authority that signed for the broker, PEM' },
  { path: `${BROKER}.commands`, text: 'Whether set-points and wishes are taken from there' },
];

/** Whatever `--set` may answer. */
export const ANSWERABLE: readonly Question[] = [...QUESTIONS, ...BROKER_KEYS];

const walk = (from: unknown, keys: readonly string[]): unknown =>
  keys.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], from);

export const defaultOf = (path: string): Answer | undefined =>
  walk(Config.parse({}), path.split('.')) as Answer | undefined;

const YES_NO: Record<string, boolean> = { yes: true, y: true, true: true, no: false, n: false, false: false };

/** The text as the type that the schema takes there; a decimal comma is a point. */
export function typed(path: string, text: string): Answer {
  const trimmed = text.trim();
  const yesNo = YES_NO[trimmed.toLowerCase()];
  if (yesNo !== undefined && faultOf(path, yesNo) === undefined) return yesNo;
  if (trimmed === '') return trimmed;
  const number = Number(trimmed.replace(/^(-?\d+),(\d+)$/, '$1.$2'));
  return typeof defaultOf(path) === 'number' || faultOf(path, number) === undefined ? number : trimmed;
}

/** What is wrong with one answer, in the words of the schema; undefined when it will do. */
export function faultOf(path: string, value: Answer | string[]): string | undefined {
  const keys = path.split('.');
  const nested = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const parsed = Config.safeParse(nested);
  const only = ANSWERABLE.find((question) => question.path === path)?.only;
  if (only && !only[0].test(String(value))) return only[1];
  // Other keys of its group may be missing still.
  const own = parsed.error?.issues.filter((issue) => issue.path.join('.').startsWith(path)) ?? [];
  if (own.length > 0 && typeof defaultOf(path) === 'boolean') return 'yes or no';
  return own.length > 0 ? own.map(issueText).join('; ') : undefined;
}

/** The clock of this machine, where somebody has set one: most likely that of the house. */
export function machineZone(zone = new Intl.DateTimeFormat().resolvedOptions().timeZone): string | undefined {
  return /^(Etc\/|UTC$|GMT$)/.test(zone) ? undefined : zone;
}

/** config.yaml with these answers, each with its question above it. Throws CONFIG_INVALID when they do not fit together. */
export function yamlOf(answers: Answers): string {
  const doc = new Document({ version: CONFIG_VERSION });
  doc.commentBefore = ` Written by ${asTyped('config init')}. All keys: docs/config.schema.json; ${asTyped('config check')} checks.`;
  for (const { path, text, when } of ANSWERABLE) {
    const value = answers.get(path) ?? (when?.(answers) === false ? undefined : defaultOf(path));
    if (value === undefined) continue;
    const keys = path.split('.');
    doc.setIn(keys, value);
    const group = (keys.length === 1 ? doc.contents : doc.getIn(keys.slice(0, -1))) as YAMLMap;
    const key = new Scalar(keys.at(-1));
    key.commentBefore = ` ${text}`;
    group.items.at(-1)!.key = key;
  }
  const yaml = doc.toString({ lineWidth: 0 });
  parseConfig(yaml, 'config.yaml');
  return yaml;
}
