import { WebSocket } from 'ws';
import { type LiveMessage, laidOn } from '../../contract/delta.ts';
import { spawnUnit } from '../spawn-unit.ts';
import type { Bench } from './table.ts';

const PORT_BASE = 23_140;
const WATCH_MS = 30_000;
const QUICK_MS = 8_000;
const GOAL_SHARE = 0.4;

/** Bytes of what came, and of the same states had each been sent whole. */
async function watch(url: string, forMs: number): Promise<{ deltaBytes: number; wholeBytes: number; n: number }> {
  const seen = { deltaBytes: 0, wholeBytes: 0, n: 0 };
  let state: object = {};
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  const failed = new Promise<never>((_, reject) => socket.once('error', reject));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(String(data)) as LiveMessage<object>;
    if (message.type === 'snapshot') {
      const { type: _, seq: _seq, ...whole } = message;
      state = whole;
      return;
    }
    state = laidOn(state, message);
    seen.n++;
    seen.deltaBytes += data.length;
    seen.wholeBytes += Buffer.byteLength(JSON.stringify({ type: 'snapshot', ...state }));
  });
  await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, forMs))]);
  socket.terminate();
  return seen;
}

export const live: Bench = {
  name: 'live',
  about: 'bytes that one open page costs each second, beside whole snapshots of the same seconds',
  async run({ quick }) {
    const unit = spawnUnit({ portBase: PORT_BASE, args: ['--speed', '60'] });
    try {
      await unit.until(({ compute, control }) => compute !== null && control !== null, 60_000);
      const { deltaBytes, wholeBytes, n } = await watch(unit.url, quick ? QUICK_MS : WATCH_MS);
      const share = deltaBytes / wholeBytes;
      const reference = { name: 'whole snapshots', value: wholeBytes / n };
      const goal = `<= ${100 * GOAL_SHARE} % of whole snapshots`;
      return [
        {
          figure: `bytes of a second, mean of ${n}`,
          value: deltaBytes / n,
          unit: 'B/s',
          reference,
          goal,
          met: share <= GOAL_SHARE,
        },
      ];
    } finally {
      await unit.stop();
    }
  },
};
