/**
 * The attackers, in a process of their own. Told `{ port, idle }` it holds that many connections open, told `storm` it breaks every rule
 * again and again until told `stop`, then says what became of it. Told `{ port, hellos }` it floods the door with so many hellos at once,
 * likewise. Ends with its parent.
 */

import { ATTACKS, type Tally, wage } from './attacks.ts';
import { floodHellos } from './hellos.ts';
import { createHolders } from './holders.ts';
import { endRaws, rawPeer } from './raw.ts';
import { askAndLeave, sit } from './weights.ts';

export type Order =
  | { port: number; idle: number; weights?: string }
  | { port: number; hellos: number }
  | 'storm'
  | 'stop';

const AT_ONCE = 8;
/** Between two attacks of one attacker. */
const PAUSE_MS = 100;

/** As many as there are seats, each from a prefix of its own, and half as many that only sit there. */
const WEIGHTS_AT_ONCE = 16;

let port = 0;
let weights: string | undefined;
let storming: Promise<void>[] = [];
let isOn = false;
let tally: Tally;
let holders: ReturnType<typeof createHolders> | undefined;
let hellos: ReturnType<typeof floodHellos> | undefined;

async function storm(attacker: number): Promise<void> {
  for (let n = attacker; isOn; n += AT_ONCE) {
    await wage(ATTACKS[n % ATTACKS.length]!, () => rawPeer(port, {}, `127.240.${attacker}.1`), tally);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function obey(order: Order): Promise<unknown> {
  if (order === 'storm') {
    isOn = true;
    tally = { refused: 0, slowed: 0, wrong: [] };
    storming = Array.from({ length: AT_ONCE }, (_, i) => storm(i));
    const id = weights;
    for (let i = 0; id && i < WEIGHTS_AT_ONCE; i++) {
      storming.push(askAndLeave(port, id, `127.241.${i}.1`, () => isOn));
      if (i % 2) storming.push(sit(port, `127.242.${i}.1`, () => isOn));
    }
    return {};
  }
  if (order === 'stop' && hellos) return hellos.stop();
  if (order === 'stop') {
    isOn = false;
    await Promise.all(storming);
    holders!.stop();
    endRaws();
    return tally;
  }
  if ('hellos' in order) {
    hellos = floodHellos(order.port, order.hellos);
    return {};
  }
  ({ port, weights } = order);
  holders = createHolders(port);
  await holders.fill(order.idle);
  return {};
}

process.on('message', async (order: Order) => process.send!((await obey(order)) as object));
process.on('disconnect', () => process.exit(0));
