import type { Message, Reply } from '../../src/contract/wire.ts';
import { socketUrl } from './live.ts';

/** Typed by the contract, written here: importing the value would pull the schema library into the page. */
const SUBPROTOCOL: typeof import('../../src/contract/wire.ts').SUBPROTOCOL = 'heatmine.v1';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/**
 * Says one thing over the websocket that remote peers use. `onReply` gets every reply; `onLost` is called when the
 * connection ends before the last came. Returns the way to stop: the unit ends generating when the socket closes.
 */
export function converse(
  said: Without<Message, 'id'>,
  onReply: (reply: Reply) => void,
  onLost: () => void,
): () => void {
  const socket = new WebSocket(socketUrl('ask'), SUBPROTOCOL);
  let done = false;
  const id = crypto.getRandomValues(new Uint32Array(2)).join('-');
  socket.onopen = () => socket.send(JSON.stringify({ ...said, id }));
  socket.onmessage = (event) => {
    const reply: Reply = JSON.parse(String(event.data));
    if (reply.id !== id || done) return;
    done = reply.type === 'answer' ? reply.n === reply.of : reply.type !== 'start' && reply.type !== 'chunk';
    onReply(reply);
    if (done) socket.close();
  };
  socket.onclose = () => {
    if (!done) onLost();
    done = true;
  };
  return () => {
    done = true;
    socket.close();
  };
}
