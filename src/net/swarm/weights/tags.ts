import { createHash } from 'node:crypto';

/** Announced by every node that gives weights. */
export const WEIGHTS_TOPIC = 'weights';

/** Under which weights are found: `w1-` and 40 hex digits of SHA-256 over `heatmine/weights/1/<kind>/<word>`. */
const tag = (kind: 'name' | 'topic', word: string): string =>
  `w1-${createHash('sha256').update(`heatmine/weights/1/${kind}/${word}`).digest('hex').slice(0, 40)}`;

export const nameTag = (expert: string): string => tag('name', expert);
export const topicTag = (topic: string): string => tag('topic', topic);
