import { proveKey, rawPeer } from './raw.ts';

/** What a flood of hellos came to. */
export interface Hellos {
  /** Keys that the node has checked: a signature and a look at another each. */
  proven: number;
  seconds: number;
}

/** A /24 of its own for each of the first 25,600. */
const addressOf = (n: number) => `127.${100 + ((n >> 8) % 100)}.${n & 255}.1`;

/** So many at a time connect, each from another prefix, prove a fresh key and leave, as fast as the node lets them. */
export function floodHellos(port: number, atOnce: number): { stop(): Promise<Hellos> } {
  let [isOn, made, proven] = [true, 0, 0];
  const startMs = performance.now();
  const one = async () => {
    while (isOn) {
      try {
        const peer = await rawPeer(port, {}, addressOf(made++));
        await proveKey(peer);
        proven++;
        peer.socket.destroy();
      } catch {
        // Refused, or its turn did not come in time.
      }
    }
  };
  const all = Array.from({ length: atOnce }, one);
  return {
    async stop() {
      isOn = false;
      const seconds = (performance.now() - startMs) / 1000;
      const counted = proven;
      await Promise.all(all);
      return { proven: counted, seconds };
    },
  };
}
