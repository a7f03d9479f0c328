import { endRaws, helloOf, provenPeer, rawPeer, rawTcp } from './raw.ts';

/** Opened at once while filling; one after the other the node would cut the first before the last is there. */
const AT_ONCE = 32;
/** Of ended ones, so many a second are opened again. */
const AGAIN_PER_S = 20;

/** A /24 of its own for each of the first 50,000. */
const addressOf = (n: number) => `127.${10 + Math.floor(n / 250)}.${1 + (n % 250)}.1`;

/** Peers that take a place and do nothing with it. Of ten: six proven, one that then reads nothing more, one without an upgrade, one without a hello, one with half of one. */
export function createHolders(port: number) {
  let made = 0;
  let open = 0;
  let wanted = 0;
  const make = async () => {
    const n = made++;
    const from = addressOf(n % 50_000);
    const kind = n % 10;
    const begin = async () => {
      if (kind === 7) return rawTcp(port, from);
      const peer = kind < 7 ? await provenPeer(port, from) : await rawPeer(port, {}, from);
      if (kind === 6) peer.socket.pause();
      if (kind === 9) peer.send(helloOf().first!);
      return peer.socket;
    };
    const socket = await begin().catch(() => undefined);
    if (!socket || socket.closed) return;
    open++;
    socket.once('close', () => open--);
  };
  const again = setInterval(() => open < wanted && void make(), 1000 / AGAIN_PER_S);
  return {
    async fill(count: number) {
      const some = async () => {
        while (made < count) await make();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, some));
      wanted = count;
    },
    stop() {
      wanted = 0;
      clearInterval(again);
      endRaws();
    },
  };
}
