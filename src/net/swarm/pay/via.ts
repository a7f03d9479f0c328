import type { SwarmConfig } from '../../../core/swarm-config.ts';
import type { Via } from '../../ledger/sunshine.ts';
import type { Connection } from '../wire/connection.ts';
import { prefixOf } from '../wire/prefix.ts';

/**
 * Whom a stream is counted for: a relay that the owner chose counts by its key, for all that it brings; whoever dialled
 * in by the prefix of its address, for its key costs it nothing.
 */
export function viaOf({ peer, address }: Pick<Connection, 'peer' | 'address'>, { relays }: SwarmConfig): Via {
  return relays.some(({ key }) => key === peer.key) ? { relay: peer.key } : { prefix: prefixOf(address) };
}
