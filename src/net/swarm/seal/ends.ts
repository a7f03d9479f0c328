import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import { HeatmineError } from '../../../core/errors.ts';
import { keyFromText, keyText } from '../identity.ts';
import type { SealRequest, Unsealer } from '../query.ts';
import { replayGuard, sealKeys } from './keys.ts';
import { LARGEST_FRAME } from './pad.ts';
import { requestOpener, sealRequest } from './request.ts';

/** The asker's end: a request is its sealed frames one behind the other, an answer one sealed frame a reply. */
export const sealTo =
  (clock: Pick<Clock, 'wallMs'>): SealRequest =>
  async (sealKey, content) => {
    const expertKey = keyFromText(sealKey);
    if (!expertKey) throw new HeatmineError('PEER_INVALID', "the expert's key for sealed questions is none");
    const { frames, answer } = await sealRequest({ expertKey, content, wallMs: clock.wallMs() });
    return {
      sealed: Buffer.concat(frames),
      open(bytes, isLast) {
        const { content: reply, final } = answer.open(bytes);
        if (final !== isLast) throw new HeatmineError('SEAL_BROKEN', 'the end of the answer was moved');
        return reply;
      },
    };
  };

/** The expert's end, with keys that live in memory only. */
export async function openUnsealer(clock: Pick<Clock, 'wallMs' | 'monoMs'>): Promise<Unsealer> {
  const keys = sealKeys(clock);
  const admit = replayGuard(clock);
  let newest = await keys.publicKey();
  return {
    get key() {
      // A key past its day is shown once more; the renewal of the descriptor after that has the new one, within the grace.
      void keys.publicKey().then((key) => {
        newest = key;
      });
      return keyText(newest);
    },
    async open(sealed) {
      const opener = requestOpener({ keyOf: keys.keyOf, admit, responseNonce: randomBytes(16) });
      let opened: Awaited<ReturnType<typeof opener.open>>;
      // Only the last frame may be smaller than the largest.
      for (let at = 0; at < sealed.length; at += LARGEST_FRAME) {
        opened = await opener.open(sealed.subarray(at, at + LARGEST_FRAME));
      }
      opener.end();
      const { content, answer } = opened!;
      const seal = (bytes: Uint8Array, isLast: boolean): Buffer => {
        const frames = answer.seal(bytes, isLast);
        if (frames.length !== 1) throw new Error('a reply does not fit one frame');
        return frames[0]!;
      };
      return { request: content, seal };
    },
  };
}
