import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HeatmineError } from '../../core/errors.ts';
import { reachFromHere } from '../../net/swarm/wire/reach.ts';

const MOST_TURNS = 5;

/**
 * As `fetch` of an address that the owner named, which may be anywhere. Where that leads on is a stranger's word: never into our own
 * network or onto this machine, and never from https to http. Throws MODEL_INVALID.
 */
export async function follow(url: string, init: RequestInit, hostOf = addressesOf): Promise<Response> {
  const named = new URL(url);
  let at = named;
  for (let turn = 0; turn <= MOST_TURNS; turn++) {
    const response = await fetch(at, { ...init, redirect: 'manual' });
    const to = response.status >= 300 && response.status < 400 && response.headers.get('location');
    if (!to) return response;
    await response.body?.cancel();
    const next = new URL(to, at);
    await check(url, named, next, hostOf);
    at = next;
  }
  throw new HeatmineError('MODEL_INVALID', `${url}: leads on more than ${MOST_TURNS} times`);
}

async function check(url: string, named: URL, next: URL, hostOf: typeof addressesOf): Promise<void> {
  const where = `${url} leads to ${next.origin}`;
  if (next.protocol !== 'https:' && (named.protocol === 'https:' || next.protocol !== 'http:'))
    throw new HeatmineError('MODEL_INVALID', `${where}, which anybody on the way could change`);
  if (next.host === named.host) return;
  const addresses = await hostOf(next.hostname.replace(/^\[|\]$/g, ''));
  // Between this look and the request a name may turn elsewhere; there its certificate would have to fit too.
  if (addresses.length === 0 || addresses.some((address) => reachFromHere(address) !== 'world'))
    throw new HeatmineError('MODEL_INVALID', `${where}, in our own network: name that address yourself if you mean it`);
}

const addressesOf = async (host: string): Promise<string[]> =>
  isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
