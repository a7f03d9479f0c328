import type { Way } from '../../../contract/wire.ts';
import type { Random } from '../../../core/random.ts';
import type { Copy } from '../audit/copy.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { Purse } from '../pay/purse.ts';
import type { Settled } from '../pay/settle.ts';
import type { End, Request, SealRequest } from '../query.ts';
import type { Token } from '../useful/token.ts';
import type { RelayBook } from './book.ts';
import type { Experience } from './experience.ts';
import type { EntryRule } from './way.ts';

export interface SwarmQuestion {
  messages: Request['messages'];
  /** Best first, of topics.ts. */
  topics: readonly string[];
  /** Only this one, whatever its topics; left out: whichever fits. */
  expert?: string | undefined;
  maxTokens?: number;
  /** Micro-credits per million answer tokens; left out: for free. */
  maxPrice?: number;
  /** Micro-credits: no answer that costs more is signed for. Left out: what its size makes at `maxPrice`. */
  mostUc?: number | undefined;
  /** `economy` waits for free watts and costs half. */
  tier?: Request['tier'];
  /** How long to wait for the expert's word that the receipt is on its disk; left out: not at all. */
  commitWaitMs?: number;
  /** `copy`: which one of the expert the node says it has. */
  onStart?: (expert: string, node: string, copy: Copy) => void;
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
  /** Relays known from before; left out: looked for with each question. */
  book?: RelayBook;
  /** Left out: signs nothing, so it asks for free and leaves no receipt. */
  purse?: Purse;
  /** The asker's own node: nobody to ask, nor to enter by. */
  own?: string | undefined;
}

export interface SwarmAnswer extends Omit<End, 'receipt' | 'useful'> {
  node: string;
  way: Way;
  paid?: Settled;
  /** To tell, once, whether it was of use. */
  useful?: Token | undefined;
  tries: number;
}
