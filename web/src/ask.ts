import type { Ask, Reply } from '../../src/contract/wire.ts';
import { socketUrl } from './live.ts';

/** Typed by the contract, written here: importing the value would pull the schema library into the page. */
const SUBPROTOCOL: typeof import('../../src/contract/wire.ts').SUBPROTOCOL = 'heatmine.v1';

/**
 * Asks one question over the websocket that remote peers use. `onReply` gets every reply; `onLost` is called when the
 * connection ends before `end` or `error` came. Returns the way to stop: the unit ends generating when the socket closes.
 */
export function ask(
  question: string,
  { expert, swarm }: { expert: string; swarm: boolean },
  onReply: (reply: Reply) => void,
  onLost: () => void,
): () => void {
  const socket = new WebSocket(socketUrl('ask'), SUBPROTOCOL);
  let done = false;
  const message: Ask = {
    type: 'ask',
    id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
    expert,
    messages: [{ role: 'user', content: question }],
    ...(swarm && { swarm }),
  };
  socket.onopen = () => socket.send(JSON.stringify(message));
  socket.onmessage = (event) => {
    const reply: Reply = JSON.parse(String(event.data));
    if (reply.id !== message.id || done) return;
    done = reply.type === 'end' || reply.type === 'error';
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
