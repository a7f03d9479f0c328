import type { Way } from '../../../contract/wire.ts';
import type { Random } from '../../../core/random.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { End, Request, SealRequest } from '../query.ts';
import type { Experience } from './experience.ts';
import type { EntryRule } from './way.ts';

export interface SwarmQuestion {
  messages: Request['messages'];
  /** Best first, of topics.ts. */
  topics: readonly string[];
  maxTokens?: number;
  maxPrice?: number;
  onStart?: (expert: string, node: string) => void;
  onChunk?: (text: string) => void;
  /** The answer broke off after words were shown; another begins. */
  onRestart?: (why: string) => void;
  signal?: AbortSignal;
}

export interface AskerOptions {
  discoveries: readonly Discovery[];
  experience: Experience;
  /** Left out: asks in the clear, straight to the expert, which the caller has said. */
  sealed?: EntryRule & { seal: SealRequest };
  random: Random;
  /** The asker's own node: nobody to ask, nor to enter by. */
  own?: string;
}

export interface SwarmAnswer extends End {
  node: string;
  way: Way;
  tries: number;
}
