import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { Left } from './announced.ts';

/** What this unit has left on one broker, by the names that it has had there. */
export interface Announced {
  names(): string[];
  of(name: string): Left | undefined;
  /** Written at once, old or new after a power cut; undefined forgets the name. */
  keep(name: string, left: Left | undefined): void;
}

const Kept = z.record(z.string(), z.record(z.string(), Left));

/** The record of all brokers, by their address. Without it nothing is taken away: what others announce is theirs. */
export function openAnnounced(file: string, log: Log): (broker: string) => Announced {
  const kept = load(file, log);
  let written = JSON.stringify(kept);
  const save = () => {
    const now = JSON.stringify(kept);
    if (now === written) return;
    try {
      writeFileSync(`${file}.new`, now, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      written = now;
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'what Home Assistant was told of is not kept: what goes may stay there');
    }
  };
  return (broker) => {
    kept[broker] ??= {};
    const units = kept[broker];
    return {
      names: () => Object.keys(units),
      of: (name) => units[name],
      keep(name, left) {
        if (left) units[name] = left;
        else delete units[name];
        save();
      },
    };
  };
}

function load(file: string, log: Log): z.infer<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: messageOf(error).slice(0, 200) }, `${file} is damaged: what goes now may stay in Home Assistant`);
    return {};
  }
}
