import type { Event } from '../../contract/messages.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { cannotBeRead, isDamage, moveAside, openStore, type Store } from './store.ts';

export interface HealingStore {
  /** Undefined when the store could not do it (full disk, say); on damage it starts anew and tries once more. */
  run<T>(what: string, body: (store: Store) => T): T | undefined;
  close(): void;
}

/** A store whose file is moved aside, with an event, when it turns out damaged at the start or at any time later. */
export function openHealingStore(file: string, log: Log, tell: (event: Event) => void): HealingStore {
  const renew = () => {
    const aside = moveAside(file);
    const text = `history was damaged; it starts anew, the old file is ${aside}`;
    tell({ timeMs: Date.now(), level: 'warn', source: 'net', code: 'HISTORY_DAMAGED', text });
    return openStore(file);
  };
  let store = openOr(file, log, renew);
  return {
    run(what, body) {
      try {
        return body(store);
      } catch (error) {
        log.error({ err: messageOf(error) }, `history: ${what}`);
        if (!isDamage(error)) return undefined;
        store.close();
        store = renew();
        return body(store);
      }
    },
    close: () => store.close(),
  };
}

function openOr(file: string, log: Log, renew: () => Store): Store {
  try {
    return openStore(file);
  } catch (error) {
    if (!cannotBeRead(error)) throw error;
    log.error({ err: messageOf(error) }, 'history is damaged');
    return renew();
  }
}
