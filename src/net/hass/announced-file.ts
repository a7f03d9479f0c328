import { z } from 'zod';
import type { Log } from '../../core/log.ts';
import { keptJson } from '../kept-json.ts';
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
  const damaged = 'what goes now may stay in Home Assistant';
  const unkept = 'what Home Assistant was told of is not kept: what goes may stay there';
  const record = keptJson(file, Kept, {}, { damaged, unkept }, log);
  const kept = record.found;
  return (broker) => {
    kept[broker] ??= {};
    const units = kept[broker];
    return {
      names: () => Object.keys(units),
      of: (name) => units[name],
      keep(name, left) {
        if (left) units[name] = left;
        else delete units[name];
        record.save(kept);
      },
    };
  };
}
