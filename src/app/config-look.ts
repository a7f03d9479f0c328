import { existsSync, readFileSync } from 'node:fs';
import { type Config, parseConfig } from '../core/config.ts';
import { migrateText } from '../core/config-versions.ts';
import type { Paths } from '../core/paths.ts';
import { type Fault, FileFaults, type Named } from '../core/strict-file.ts';
import { loadBoard } from '../hal/board.ts';
import { openWeather } from '../hal/sim/weather/weather.ts';
import { emailPassword } from '../net/email.ts';
import { joinFiles } from '../net/join.ts';

/** What a look at config.yaml found, for programs. */
export interface Checked {
  file: string;
  sound: boolean;
  /** Of the file; null where there is none. */
  version: number | null;
  /** Names that the next start writes anew. */
  toMigrate: string[];
  faults: readonly Fault[];
  config?: Config;
}

/** Files that config.yaml names: each `open` throws why it cannot be used. */
const namedIn = (home: string): Named[] => [
  { path: ['board'], open: loadBoard },
  { path: ['sim', 'weather'], open: (file) => openWeather({ seed: 1, file }) },
  { path: ['net', 'houseBroker', 'passwordFile'], open: (passwordFile) => joinFiles({ passwordFile }, home) },
  { path: ['net', 'houseBroker', 'caFile'], open: (caFile) => joinFiles({ caFile }, home) },
  { path: ['notify', 'email', 'passwordFile'], open: (file) => emailPassword(home, file) },
];

/** config.yaml and the files that it names: all faults at once. */
export function look(paths: Paths): Checked {
  const file = paths.config;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  try {
    const { from, changes } = migrateText(text ?? '', file);
    const version = text === undefined ? null : from;
    const config = parseConfig(text ?? '', file, namedIn(paths.home));
    return { file, sound: true, version, toMigrate: changes, faults: [], config };
  } catch (error) {
    if (!(error instanceof FileFaults)) throw error;
    return { file, sound: false, version: null, toMigrate: [], faults: error.faults };
  }
}
