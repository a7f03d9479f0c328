import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CARDS } from '../contract/cards.ts';
import { GridConfig } from '../contract/grid.ts';
import { House } from '../contract/house.ts';
import { CONFIG_VERSION, migrateText } from './config-versions.ts';
import { lineAt, type Named, parseStrict } from './strict-file.ts';
import { SwarmConfig } from './swarm-config.ts';

const cardIds = Object.keys(CARDS) as [string, ...string[]];

/** Scheme, host and port in small letters, without a path: never a pattern. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/;

/** config.yaml: installation facts, read once by the supervisor and handed to the children validated. */
export const Config = z.strictObject({
  version: z
    .literal(CONFIG_VERSION)
    .default(CONFIG_VERSION)
    .describe('of the names in this file; older ones are migrated'),
  unit: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lower case letters, digits and dashes')
    .default('heatmine')
    .describe('name of this unit in MQTT topics and Home Assistant'),
  board: z.string().default('sim').describe('file in boards/ without .json, or a path'),
  house: House,
  grid: GridConfig,
  accelerator: z
    .strictObject({
      card: z.enum(cardIds).default('rtx3090-8b-q4').describe('card that the simulated accelerator stands for'),
      count: z.int().min(0).max(64).default(14),
      fillerCpuShare: z.number().min(0).max(1).default(0.1).describe('most of one core that useful filler may take'),
    })
    .prefault({}),
  sim: z
    .strictObject({
      seed: z.int().default(1),
      startsAt: z.iso
        .datetime()
        .default('2025-01-15T06:00:00Z')
        .describe('date and time at which the simulated house starts'),
      weather: z.string().optional().describe('TRY2010 .dat or TRY2015 .txt file; left out: a seeded generator'),
      pvKwp: z.number().min(0).max(100).default(10),
      householdKwhPerYear: z.number().min(0).max(50_000).default(4000),
      tapping: z.enum(['M', 'L']).default('M').describe('hot water profile of EN 16147: M 5.8 kWh a day, L 11.7 kWh'),
    })
    .prefault({}),
  tariff: z
    .strictObject({
      feesEurPerKwh: z.number().min(0).max(1).default(0.186),
      vatPct: z.number().min(0).max(50).default(19),
      exportEurPerKwh: z.number().min(0).max(1).default(0.079),
      fixedEurPerKwh: z
        .number()
        .min(0)
        .max(10)
        .optional()
        .describe('what a kWh costs with all fees and tax, where nobody tells another price over MQTT'),
      exportPaidBelowZero: z
        .boolean()
        .default(false)
        .describe('true for a plant that is paid for its sun even while the wholesale price is negative'),
    })
    .prefault({}),
  compute: z
    .strictObject({
      incomeEurPerKwh: z.number().min(0).max(10).default(0).describe('what sold answers earn per kWh computed'),
      memoryMiB: z
        .number()
        .min(64)
        .max(4_194_304)
        .optional()
        .describe(
          'memory for loaded experts; left out: what is free on the GPUs or, without one, half of what is free at the start, at least 256',
        ),
      forward: z
        .url()
        .optional()
        .describe('OpenAI-compatible server elsewhere that answers what cannot be computed here, such as another unit'),
      evolve: z
        .boolean()
        .default(true)
        .describe(
          'breed experts from those here, on watts that pay unpaid only; children stay in this home, at most three of them',
        ),
      fillerCommand: z
        .strictObject({
          run: z.string().min(1).max(4096).describe('shell command; stopped within 200 ms whenever it must give way'),
          powerW: z.number().min(1).max(100_000).describe('what it draws while it runs'),
        })
        .optional()
        .describe('unpaid work of your own, such as BOINC, on watts that pay unpaid and that scoring leaves'),
      upstream: z.url().optional().describe('OpenAI-compatible server on another host, used as one more engine'),
    })
    .prefault({}),
  net: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe(
          'address to listen on; beyond loopback anybody on the LAN can ask the experts, and sees and sets the house once `heatmine claim` has given a code',
        ),
      origins: z
        .array(
          z
            .string()
            .max(200)
            .regex(
              ORIGIN,
              'an origin as the browser sends it, such as https://chat.example.org or http://localhost:3000',
            ),
        )
        .max(32)
        .default([])
        .describe(
          "sites and browser extensions whose pages may use /v1 and Ollama's /api from a browser; none may see or set the house",
        ),
      discoveryPrefix: z.string().default('homeassistant'),
      houseBroker: z
        .strictObject({
          url: z
            .string()
            .regex(
              /^mqtts?:\/\/[^/@\s]+$/,
              'mqtt://host:1883 or, with TLS, mqtts://host:8883, without user and password',
            ),
          username: z.string().max(128).optional(),
          passwordFile: z.string().optional().describe('file with the password alone, relative to the home directory'),
          caFile: z
            .string()
            .optional()
            .describe('certificate authority of the broker, PEM, relative to the home directory'),
          commands: z.boolean().default(false).describe('take set-points and wishes from that broker too'),
        })
        .optional()
        .describe('a broker that you already have, such as that of Home Assistant; our own stays as well'),
      updates: z
        .url({ protocol: /^https$/ })
        .optional()
        .describe(
          'where the newest version is told as JSON ({ version, url?, notes? }, or a release of a code forge); asked once a day, left out: nobody is asked',
        ),
      language: z.enum(['en', 'de']).default('en').describe('of the names in Home Assistant; ids stay English'),
    })
    .prefault({}),
  swarm: SwarmConfig,
  notify: z
    .strictObject({
      ntfy: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('faults go to this ntfy topic, such as https://ntfy.sh/a-name-nobody-guesses'),
      email: z
        .strictObject({
          to: z.email().describe('who is told'),
          host: z.string().min(1).describe('SMTP server; TLS is a must beyond this machine'),
          port: z.int().min(1).max(65_535).default(587).describe('587 with STARTTLS, 465 with TLS from the start'),
          username: z.string().max(128).optional(),
          passwordFile: z.string().optional().describe('file with the password alone, relative to the home directory'),
          from: z.email().optional().describe('left out: the username'),
        })
        .optional()
        .describe('faults go here by e-mail'),
      webhook: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('faults are posted here as JSON'),
    })
    .prefault({}),
  /** From the command line, never from the file. */
  portBase: z.int().min(1024).max(65_000).default(8700),
  speed: z.number().min(0.1).max(3600).default(1),
});
export type Config = z.infer<typeof Config>;

/** Ports of a unit, all derived from one base. */
export const portsOf = (config: Config) => ({
  http: config.portBase,
  mqtt: config.portBase + 1,
  plantModbus: config.portBase + 2,
  /** TCP and UDP. */
  swarm: config.portBase + 3,
});

/** config.yaml of this version or an older one. Throws CONFIG_INVALID, with lines and columns of the text given, also for the files `named` in it. */
export function parseConfig(text: string, where: string, named: readonly Named[] = []): Config {
  const migrated = migrateText(text, where);
  return parseStrict(Config, migrated.text, where, (offset) => lineAt(text, migrated.originOf(offset)), named);
}

/** Reads `<home>/config.yaml`; an absent file means defaults. Command line values win over the file. */
export function loadConfig(
  home: string,
  overrides: Partial<Pick<Config, 'portBase' | 'speed' | 'board'>> = {},
): Config {
  const file = join(home, 'config.yaml');
  const config = existsSync(file) ? parseConfig(readFileSync(file, 'utf8'), file) : Config.parse({});
  return Config.parse({ ...config, ...overrides });
}
