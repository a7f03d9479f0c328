import { createCipheriv, randomBytes } from 'node:crypto';
import { systemClock } from '../../core/clock.ts';
import { answerOpener, answerSealer } from '../../net/swarm/seal/answer.ts';
import { sealKeys } from '../../net/swarm/seal/keys.ts';
import { PAD_CLASSES, SEAL_BYTES } from '../../net/swarm/seal/pad.ts';
import { requestOpener, sealRequest } from '../../net/swarm/seal/request.ts';
import type { Bench, Figure } from './table.ts';

const LIMIT_MS = 0.05;
const CHUNK_BYTES = 200;

/** Processor time, milliseconds each, middle of several runs: the machine may have other work. */
async function eachMs(times: number, body: () => unknown): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 9; run++) {
    const from = process.cpuUsage();
    for (let i = 0; i < times; i++) await body();
    const { user, system } = process.cpuUsage(from);
    runs.push((user + system) / 1000 / times);
  }
  return runs.sort((a, b) => a - b)[4]!;
}

function bare(name: 'aes-128-gcm' | 'chacha20-poly1305', bytes: number): () => void {
  const key = randomBytes(name === 'aes-128-gcm' ? 16 : 32);
  const plain = Buffer.alloc(bytes, 'x');
  const nonce = randomBytes(12);
  return () => {
    const cipher = createCipheriv(name as 'aes-128-gcm', key, nonce, { authTagLength: 16 });
    cipher.update(plain);
    cipher.final();
    cipher.getAuthTag();
  };
}

async function perChunk(times: number): Promise<Figure[]> {
  const [secret, enc, nonce] = [randomBytes(32), randomBytes(32), randomBytes(16)];
  const sealer = answerSealer(secret, enc, nonce);
  const content = Buffer.alloc(CHUNK_BYTES, 'x');
  const sealMs = await eachMs(times, () => sealer.seal(content));
  const frames = Array.from(
    { length: times * 9 },
    (() => {
      const again = answerSealer(secret, enc, nonce);
      return () => again.seal(content)[0]!;
    })(),
  );
  const opener = answerOpener(secret, enc);
  let next = 0;
  const openMs = await eachMs(times, () => opener.open(frames[next++]!));
  const aesMs = await eachMs(times, bare('aes-128-gcm', PAD_CLASSES[0]));
  const chachaMs = await eachMs(times, bare('chacha20-poly1305', PAD_CLASSES[0]));
  const goal = `<= ${LIMIT_MS} ms`;
  const figure = (name: string, value: number, reference: { name: string; value: number }): Figure => {
    return { figure: name, value, unit: 'ms', reference, goal, met: value <= LIMIT_MS };
  };
  return [
    figure('seal a chunk', sealMs, { name: 'bare aes-128-gcm of 1 KiB', value: aesMs }),
    figure('open a chunk', openMs, { name: 'bare chacha20-poly1305 of 1 KiB', value: chachaMs }),
  ];
}

export const seal: Bench = {
  name: 'seal',
  about: `sealing: processor time for a chunk of ${CHUNK_BYTES} bytes, padded to 1 KiB, and for a whole question`,
  async run({ quick }) {
    const times = quick ? 500 : 5000;
    const keys = sealKeys(systemClock);
    const expertKey = await keys.publicKey();
    const content = Buffer.alloc(500, 'x');
    const wallMs = systemClock.wallMs();
    const responseNonce = randomBytes(16);
    const questionMs = await eachMs(times / 50, async () => {
      const { frames } = await sealRequest({ expertKey, content, wallMs });
      await requestOpener({ keyOf: keys.keyOf, admit: () => true, responseNonce }).open(frames[0]!);
    });
    const added = { figure: 'added to a chunk before padding', value: SEAL_BYTES, unit: 'B', goal: '<= 17 B' };
    return [
      ...(await perChunk(times)),
      { ...added, met: SEAL_BYTES <= 17 },
      {
        figure: 'a question sealed and opened',
        value: questionMs,
        unit: 'ms',
        goal: '<= 20 ms',
        met: questionMs <= 20,
      },
    ];
  },
};
