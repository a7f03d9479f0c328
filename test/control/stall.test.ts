import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startLoop } from '../../src/control/loop.ts';
import { createRig, HOUSE, imageOf, run, until } from './rig.ts';

const CHAIN_MS = 300;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const block = (ms: number) => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
};

/** The loop with a compressor that runs, in real time, on a relay chain that falls 300 ms after the last flip of its line. */
async function running() {
  const rig = createRig({ bufferTopC: 30, bufferBottomC: 28 });
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  run(rig, 60);
  const fromMs = performance.now() - rig.atMs;
  const monoMs = () => performance.now() - fromMs;
  let flippedMs: number | undefined;
  const unit = {
    log: [] as ('fed' | 'on' | 'off')[],
    /** Times that the chain closed on a relay that was still on: a start without its rest. */
    hardStarts: 0,
    lineFails: false,
    /** The relay takes no write. */
    relayFails: false,
    blockMs: 0,
    relay: 1,
    stop: () => loop.stop(),
  };
  const loop = startLoop({
    hal: {
      image(tick) {
        rig.atMs = monoMs();
        rig.tick = tick;
        return imageOf(rig, { ...rig.verdict.outputs, compressorOn: unit.relay });
      },
      apply(outputs) {
        rig.verdict = { ...rig.verdict, outputs };
        if (!unit.relayFails) unit.relay = outputs.compressorOn;
        unit.log.push(outputs.compressorOn ? 'on' : 'off');
        block(unit.blockMs);
        unit.blockMs = 0;
      },
      deadMan: {
        toggle() {
          if (unit.lineFails) return;
          if (flippedMs !== undefined && monoMs() - flippedMs > CHAIN_MS) unit.hardStarts += unit.relay;
          flippedMs = monoMs();
          unit.log.push('fed');
        },
        flippedMs: () => flippedMs,
      },
    },
    monoMs,
    speed: 1,
    inputs: () => ({ setPoints: rig.setPoints, market: undefined, want: undefined, house: HOUSE }),
    start: rig.state,
    onTick: () => {},
    onFail: (error) => assert.unreachable(String(error)),
    onStarve: () => {},
  });
  await sleep(450);
  assert.ok(unit.log.includes('on'), 'it runs');
  assert.ok(unit.log.includes('fed'), 'it is fed');
  unit.log.length = 0;
  return unit;
}

function restedAndFed({ log, hardStarts }: { log: string[]; hardStarts: number }): void {
  assert.is(hardStarts, 0, 'the chain does not close on a relay that is on');
  assert.is(log.at(-1), 'fed', 'then the dead-man is fed again');
  assert.not.ok(log.slice(log.indexOf('off')).includes('on'), 'no start without its rest');
}

test('F18: after a stall the chain has fallen: the compressor is ordered off before the dead-man is fed again, and rests', async () => {
  const unit = await running();
  block(700);
  await sleep(400);
  unit.stop();
  assert.is(unit.log[0], 'off');
  restedAndFed(unit);
});

test('F18: a stall in the middle of a tick does not close the chain again at the end of that tick', async () => {
  const unit = await running();
  unit.blockMs = 450;
  await sleep(1000);
  unit.stop();
  restedAndFed(unit);
});

test('F20: a dead-man line that cannot be written for a while lets the chain fall, and the compressor rests', async () => {
  const unit = await running();
  unit.lineFails = true;
  await sleep(800);
  unit.lineFails = false;
  await sleep(500);
  unit.stop();
  restedAndFed(unit);
});

test('F18: after a stall a relay that does not take its order to fall is not fed', async () => {
  const unit = await running();
  unit.relayFails = true;
  block(700);
  await sleep(450);
  unit.relayFails = false;
  await sleep(450);
  unit.stop();
  restedAndFed(unit);
});

test.run();
