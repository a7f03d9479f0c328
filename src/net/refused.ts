import type { z } from 'zod';
import type { Event, Refused } from '../contract/messages.ts';
import { issueText } from '../core/issues.ts';
import { printable } from '../core/printable.ts';
import { bucketPerKey } from './buckets.ts';

/** Events about one topic: whoever mends an automation reads the first few, a flood must not push faults out of history. */
const TOLD = { perS: 1 / 300, burst: 4 };
const MOST_ISSUES = 3;
const MOST_TOPIC_CHARS = 80;
const MOST_WHY_CHARS = 240;

/** Why a message of people is not taken, where it is not for its shape. */
export const WHY = {
  noTopic: 'there is no such topic; docs/topics.md has them all',
  notYours: 'only the unit itself writes there; docs/topics.md says what home may send',
  noJson: 'it is no JSON; docs/topics.md shows what belongs there',
  noDate: 'a time in it is on no calendar',
  tooLong: (bytes: number) => `it is longer than ${bytes} bytes`,
  tooMany: (perS: number) => `more than ${perS} messages a second; send less often`,
  retained: 'a retained command would be given again at every reconnection; send it without retain',
  twin: 'two units have this name; set unit: in config.yaml of one',
};

/** A message as its topic has it, or what is wrong with it; never in its own words. Pure. */
export function readMessage<T>(schema: z.ZodType<T>, payload: Buffer): { message: T } | { fault: string } {
  try {
    const { success, data, error } = schema.safeParse(JSON.parse(payload.toString('utf8')));
    if (success) return { message: data };
    const told = error.issues.slice(0, MOST_ISSUES);
    return {
      fault: told.map((issue) => [issue.path.join('.'), issueText(issue)].filter(Boolean).join(': ')).join('; '),
    };
  } catch (error) {
    // A date that cannot be written down is a RangeError.
    return { fault: error instanceof SyntaxError ? WHY.noJson : WHY.noDate };
  }
}

/** Hands on what was refused, a few times for each `key`: the topic as the contract names it. Topic and words are sized. */
export function refusedTeller(tell: (refused: Refused) => void, nowMs = () => performance.now()) {
  const may = bucketPerKey(TOLD);
  return (key: string, topic: string, why: string) => {
    if (!may(key, 1, nowMs())) return;
    tell({ topic: printable(topic.slice(0, MOST_TOPIC_CHARS)), why: why.slice(0, MOST_WHY_CHARS) });
  };
}

export const refusedEvent = ({ topic, why }: Refused, timeMs: number): Event => ({
  timeMs,
  level: 'warn',
  source: 'unit',
  code: 'MESSAGE_REFUSED',
  text: `message to ${topic} refused: ${why}`,
});
