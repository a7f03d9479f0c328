import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { mark, sendRequest } from '../../../src/net/swarm/query.ts';
import { dial } from '../../../src/net/swarm/wire/dial.ts';
import type { Hop } from '../../../src/net/swarm/wire/frames.ts';
import type { Stream, Taken } from '../../../src/net/swarm/wire/stream.ts';
import { all, ECHO, testPeers } from './peers.ts';
import type { EchoNode } from './swarm.ts';

/** An entry relay that does with the frames of an answer what `twist` says, and finds no way where `passes` says so. */
export async function hostileEntry(
  expert: EchoNode,
  twist: (answer: Taken[]) => Taken[],
  passes = (_path: readonly Hop[]) => true,
) {
  const identity = freshIdentity();
  const requests: Buffer[] = [];
  const toExpert = await dial({ url: expert.url, reach: 'owner', identity, expect: expert.key, handlers: ECHO });
  const found = await toExpert.ask({ type: 'find', topic: 'heating', limit: 1 });
  const [offer] = found.type === 'found' ? found.descriptors : [];
  const pass = async (stream: Stream) => {
    const body = await all(stream.frames());
    requests.push(body);
    const onward = toExpert.open([]);
    await sendRequest(onward, body);
    const answer: Taken[] = [];
    for (let next = await onward.take(); next; next = await onward.take()) answer.push(next);
    for (const { payload, end } of twist(answer)) await stream.send(payload, end);
    stream.close('NOT_RUNNING', 'no more');
  };
  const peers = await testPeers({
    identity,
    roles: ['relay'],
    handlers: {
      onOpen(stream, path) {
        if (passes(path)) void pass(stream).catch(() => {});
        else stream.close('NO_WAY', 'no way from here');
      },
      onAsk(frame) {
        const issuedS = Math.floor(Date.now() / 1000);
        const self = signDescriptor(identity, { issuedS, urls: [peers.url], relays: [], relay: true, experts: [] });
        const wanted = frame.type === 'find' && frame.topic === 'relay' ? self.toString('base64url') : offer!;
        return { type: 'found', id: frame.id, descriptors: [wanted] };
      },
    },
  });
  const end = async () => {
    toExpert.close(1000, 'thanks');
    await peers.end();
  };
  const seal = readDescriptor(Buffer.from(offer!, 'base64url'), Date.now())!.seal!;
  return { relay: { key: identity.id, url: peers.url }, requests, toExpert, seal, end };
}

export const flipped = ({ payload, end }: Taken, at: number): Taken => {
  const changed = Buffer.from(payload);
  changed[at]! ^= 1;
  return { payload: changed, end };
};
const FORGED = { type: 'end', finish: 'stop', meter: {} };
export const TWISTS: Record<string, (answer: Taken[]) => Taken[]> = {
  'the end moved forward': (a) => [...a.slice(0, -2), { ...a.at(-2)!, end: true }],
  'an end of nothing': (a) => [...a.slice(0, -1), { payload: Buffer.alloc(0), end: true }],
  'a frame repeated': (a) => [a[0]!, a[0]!, ...a.slice(1)],
  'a frame left out': (a) => [a[0]!, ...a.slice(2)],
  'frames swapped': (a) => [a[1]!, a[0]!, ...a.slice(2)],
  'a bit changed': (a) => [a[0]!, flipped(a[1]!, 500), ...a.slice(2)],
  'a reply in the clear': (a) => [a[0]!, { payload: mark(0, Buffer.from(JSON.stringify(FORGED))), end: true }],
};
