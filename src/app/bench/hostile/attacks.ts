import { messageOf } from '../../../core/errors.ts';
import { encodeData } from '../../../net/swarm/wire/frames.ts';
import { WIRE_LIMITS } from '../../../net/swarm/wire/limits.ts';
import { helloOf, OP, proveKey, type RawPeer } from './raw.ts';

/** What became of the attacks: refused with the code that docs/PROTOCOL.md names, read no faster than the limits there, or neither. */
export interface Tally {
  refused: number;
  slowed: number;
  wrong: string[];
}

interface Attack {
  name: string;
  code: number;
  /** After a proven key; else before any hello. */
  proven?: true;
  attack(peer: RawPeer): void;
  /** It asks for so many answers: who gets them all, and no faster than the limits, was slowed. */
  answers?: number;
}

const NOISE = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251));
const FINDS = 3000;
const DEEP = '['.repeat(60_000);
const parts = (peer: RawPeer, count: number, part: string) => {
  for (let i = 0; i < count; i++) peer.send(part, { op: i ? OP.more : OP.text, fin: false });
};
const flood = (count: number, one: () => void) => {
  for (let i = 0; i < count; i++) one();
};

export const ATTACKS: readonly Attack[] = [
  { name: 'garbage for a hello', code: 4401, attack: (p) => p.send(NOISE, { op: OP.binary }) },
  { name: 'deep JSON for a hello', code: 4401, attack: (p) => p.send(DEEP) },
  {
    name: 'a forged proof',
    code: 4401,
    attack(p) {
      p.send(helloOf().first!);
      p.json({ type: 'proof', signature: Buffer.alloc(64, 1).toString('base64url') });
    },
  },
  { name: 'an oversize hello', code: 1009, attack: (p) => p.send('x'.repeat(65_537)) },
  { name: 'half a frame', code: 4401, attack: (p) => p.send('{"type":"hel', { length: 300 }) },
  { name: 'garbage', code: 4400, proven: true, attack: (p) => p.send(NOISE, { op: OP.binary }) },
  { name: 'invalid UTF-8', code: 1007, proven: true, attack: (p) => p.send(Buffer.from([0x7b, 0xff, 0x7d])) },
  { name: 'deflate', code: 1002, proven: true, attack: (p) => p.send('{}', { rsv1: true }) },
  { name: 'a terabyte announced', code: 1009, proven: true, attack: (p) => p.send('x', { length: 2 ** 40 }) },
  { name: 'a storm of fragments', code: 1008, proven: true, attack: (p) => parts(p, 2000, ' ') },
  { name: 'oversize in parts', code: 1009, proven: true, attack: (p) => parts(p, 9, 'x'.repeat(9000)) },
  {
    name: 'a flood of finds',
    code: 4400,
    proven: true,
    answers: FINDS,
    attack: (p) => flood(FINDS, () => p.json({ type: 'find', id: 1, topic: 'x', limit: 1 })),
  },
  {
    name: 'a stream that never was',
    code: 4400,
    proven: true,
    attack: (p) => p.send(encodeData(9, true, NOISE), { op: OP.binary }),
  },
];

/** One attack on a connection of its own, to its end. */
export async function wage(attack: Attack, dial: () => Promise<RawPeer>, tally: Tally) {
  const { name, code, answers } = attack;
  try {
    const peer = await dial();
    if (attack.proven) await proveKey(peer);
    const startMs = performance.now();
    attack.attack(peer);
    const got = await peer.end(answers);
    const { perS, burst } = WIRE_LIMITS.control;
    if (got === code) tally.refused++;
    else if (answers && peer.texts.length <= burst + (perS * (performance.now() - startMs)) / 1000) tally.slowed++;
    else tally.wrong.push(`${name}: ${got} and not ${code}, after ${peer.texts.length} answers`);
    peer.socket.destroy();
  } catch (error) {
    tally.wrong.push(`${name}: ${messageOf(error)}`);
  }
}
