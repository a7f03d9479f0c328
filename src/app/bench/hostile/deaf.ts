import { provenPeer } from './raw.ts';

/** Below what a node takes of text frames a second, and nothing else is against the rules. */
const FINDS = 10;
const EVERY_MS = 50;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks who is there, again and again, and never reads what is answered; anew once it is cut. */
export async function hearNothing(port: number, from: string, isOn: () => boolean): Promise<void> {
  while (isOn()) {
    const peer = await provenPeer(port, from).catch(() => undefined);
    peer?.socket.pause();
    while (isOn() && peer && !peer.socket.closed) {
      for (let i = 0; i < FINDS; i++) peer.json({ type: 'find', id: 1, topic: 'heating', limit: 16 });
      await pause(EVERY_MS);
    }
    peer?.socket.destroy();
    await pause(EVERY_MS);
  }
}
