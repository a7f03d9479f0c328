import { isOurOwn, perAddress } from '../../per-address.ts';
import type { WireLimits } from './limits.ts';
import { prefixOf } from './prefix.ts';

/** Whoever holds a place among all connections. */
export interface Guest {
  /** Whether somebody is being served over it now. */
  isBusy(): boolean;
  /** It has to go, at once. */
  end(): void;
}

export interface Room {
  /** The release, or undefined where there is no place: this address or prefix has enough, or all are being served. */
  enter(address: string, guest: Guest): (() => void) | undefined;
}

/**
 * The places for connections. Idle ones must not lock others out by taking all: when it is full, who has been there longest
 * without being served makes room.
 */
export function createRoom(
  limits: Pick<WireLimits, 'connections' | 'connectionsPerAddress' | 'connectionsPerPrefix'>,
): Room {
  const all = Number.POSITIVE_INFINITY;
  const ours = (limit: number) => (address: string) => (isOurOwn(address) ? all : limit);
  const addresses = perAddress({ all, each: ours(limits.connectionsPerAddress) });
  const prefixes = perAddress({ all, each: ours(limits.connectionsPerPrefix) });
  const places = new Map<Guest, () => void>();
  const makeRoom = (): boolean => {
    for (const [guest, leave] of places) {
      if (guest.isBusy()) continue;
      leave();
      guest.end();
      return true;
    }
    return false;
  };
  return {
    enter(address, guest) {
      const leaveAddress = addresses.enter(address);
      const leavePrefix = prefixes.enter(isOurOwn(address) ? address : prefixOf(address));
      const leave = () => {
        leaveAddress?.();
        leavePrefix?.();
        places.delete(guest);
      };
      if (leaveAddress && leavePrefix && (places.size < limits.connections || makeRoom())) {
        places.set(guest, leave);
        return leave;
      }
      leave();
      return undefined;
    },
  };
}
