import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Config, loadConfig, parseConfig } from '../core/config.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';

type Overrides = Parameters<typeof loadConfig>[1];

const fileOf = (paths: Paths) => join(paths.state, 'config-last-good.json');
const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Old or new, never half: a line with the sum, a line with the configuration. Throws what the disk throws. */
export function keepLastGood(paths: Paths, config: Config): void {
  const text = JSON.stringify(config);
  const draft = `${fileOf(paths)}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${sumOf(text)}\n${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, fileOf(paths));
}

function lastGood(paths: Paths): Config | undefined {
  try {
    const [sum, text] = readFileSync(fileOf(paths), 'utf8').split('\n');
    if (text === undefined || sum !== sumOf(text)) return undefined;
    // JSON is YAML, and an older program may have written it.
    return parseConfig(text, fileOf(paths));
  } catch {
    return undefined;
  }
}

export interface Booted {
  config: Config;
  /** Why config.yaml was refused, where the last good one stands in for it. */
  refused?: string;
}

/**
 * Reads the configuration. A real house is not left cold for a slip in config.yaml or a card that has lost a block (F30):
 * the configuration with which the unit last ran is kept beside its state, and stands in for one that is refused. Throws
 * CONFIG_INVALID on a board that has never run, and on the simulated one.
 */
export function bootConfig(paths: Paths, overrides: Overrides): Booted {
  try {
    return { config: loadConfig(paths.home, overrides) };
  } catch (error) {
    if (!(error instanceof HeatmineError) || error.code !== 'CONFIG_INVALID') throw error;
    const kept = lastGood(paths);
    // Before a simulated house sits somebody who wants to know at once.
    if (!kept || kept.board === 'sim') throw error;
    return { config: Config.parse({ ...kept, ...overrides }), refused: error.message };
  }
}
