import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { asTyped } from '../../core/words.ts';
import type { ComputeClient } from '../ask/compute-client.ts';

/** Which of the experts that a node may offer are here to answer. */
export interface Here {
  has(expert: string): boolean;
  close(): void;
}

export interface HereOptions {
  answers: ComputeClient['answers'];
  /** Of config.yaml: its owner is told what of these is not here. */
  named: readonly string[];
  /** What else may be offered now. */
  more(): readonly string[];
  /** What is here is another than at the look before. */
  changed(): void;
  lookMs?: number;
  log: Log;
}

/** As often as compute looks at its directories. */
const LOOK_MS = 3000;
/** Until compute has said anything: it starts beside us. */
const FIRST_MS = 500;
const LIMIT_MS = 2000;

/** Asks compute again and again; of what it has not said yet nothing is here, and while it is silent holds what it said last. Resolves after the first look. */
export async function watchHere(options: HereOptions): Promise<Here> {
  const { answers, named, more, changed, lookMs = LOOK_MS, log } = options;
  let here: ReadonlySet<string> | undefined;
  let missing = '';
  let told = '';
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const look = async () => {
    const ids = [...new Set([...named, ...more()])];
    const signal = AbortSignal.timeout(LIMIT_MS);
    const able = await Promise.all(ids.map((id) => answers(id, signal)));
    here = new Set(ids.filter((_, i) => able[i]));
    const before = missing;
    missing = named.filter((id) => !here!.has(id)).join(', ');
    // Twice in a row: compute may have been reading its directories, or asking its upstream.
    if (missing !== before || missing === told) return;
    told = missing;
    if (missing) log.warn({ experts: missing }, NOT_HERE);
  };
  const again = async () => {
    const before = [...(here ?? [])].join();
    await look().catch((error) => log.debug({ err: messageOf(error) }, 'compute does not say which experts are here'));
    if (isClosed) return false;
    timer = setTimeout(() => void again().then((isOther) => isOther && changed()), here ? lookMs : FIRST_MS);
    return [...(here ?? [])].join() !== before;
  };
  await again();
  return {
    has: (expert) => here?.has(expert) ?? false,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

const NOT_HERE = `swarm.serve.experts names what is not here, and strangers are not offered it: ${asTyped('experts pull')} brings it, or take it out`;
