import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { openScene } from '../../src/app/tour/play.ts';
import { SCENES } from '../../src/app/tour/scenes.ts';
import { captionAt, onward, placeAt, runTour } from '../../src/app/tour/tour.ts';
import type { ControlState } from '../../src/contract/messages.ts';
import type { Tour } from '../../src/contract/tour.ts';
import { createLog } from '../../src/core/log.ts';

const MINUTE_S = 60;
const HOUR_S = 3600;

/** Every step of a chapter with its second. */
function played(id: string) {
  const scene = SCENES.find((each) => each.id === id)!;
  const steps: { s: number; control: ControlState; events: string[] }[] = [];
  openScene(scene).to(scene.playS, ({ state: { control }, events }) =>
    steps.push({ s: 10 * steps.length, control, events: events.map((e) => e.code) }),
  );
  const between = (fromS: number, toS: number) => steps.filter(({ s }) => s >= fromS && s < toS);
  const mean = (name: 'accelW' | 'compressorW' | 'gridW' | 'pvW', fromS: number, toS: number) => {
    const values = between(fromS, toS).map(({ control }) => control.sensors[name]!.value!);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { steps, between, mean };
}

test('winter: what the captions say of night, noon, evening and late evening is so', () => {
  const { steps, mean } = played('winter');
  assert.ok(mean('accelW', 0, 6 * HOUR_S) < 300);
  assert.ok(mean('compressorW', 0, 6 * HOUR_S) > 1000);
  const noonW = mean('accelW', 12 * HOUR_S, 16 * HOUR_S);
  assert.ok(noonW > 3 * mean('accelW', 17 * HOUR_S, 21 * HOUR_S), `${noonW} W at noon`);
  const lateW = mean('accelW', 21.5 * HOUR_S, 23 * HOUR_S);
  assert.ok(lateW > 3 * mean('accelW', 17 * HOUR_S, 21 * HOUR_S), `${lateW} W late in the evening`);
  const rooms = steps.map(({ control }) => control.sensors.roomC!.value!);
  assert.ok(Math.min(...rooms) > 20 && Math.max(...rooms) < 22);
});

test('cloudburst: it computes on the sun, lets go within minutes of the cloud, and comes back', () => {
  const { mean } = played('cloudburst');
  assert.ok(mean('accelW', 0, 35 * MINUTE_S) > 4000);
  assert.ok(mean('gridW', 0, 35 * MINUTE_S) < 0);
  assert.ok(mean('accelW', 38 * MINUTE_S, 75 * MINUTE_S) < 700);
  assert.ok(mean('accelW', 85 * MINUTE_S, 100 * MINUTE_S) > 4000);
});

test('failure: the compressor stops, is told, accelerator and backup heater keep the rooms warm, and it comes back', () => {
  const { steps, between, mean } = played('failure');
  assert.ok(mean('compressorW', 0, 25 * MINUTE_S) > 3000);
  assert.ok(mean('compressorW', 30 * MINUTE_S, 170 * MINUTE_S) < 50);
  assert.ok(mean('accelW', 60 * MINUTE_S, 170 * MINUTE_S) > 4500);
  assert.ok(between(70 * MINUTE_S, 160 * MINUTE_S).every(({ control }) => control.outputs.backupHeaterOn === 1));
  const codes = steps.flatMap(({ events }) => events);
  for (const code of ['safety-S3', 'emergency-heat', 'latched', 'acknowledged']) assert.ok(codes.includes(code), code);
  assert.ok(steps.every(({ control }) => control.sensors.roomC!.value! > 20));
  assert.is(steps.at(-1)!.control.safety, 'S0');
  assert.ok(mean('compressorW', 190 * MINUTE_S, 230 * MINUTE_S) > 3000);
});

test('shares add up to the whole; each caption is shown, in both languages, for three seconds of ninety at the least', () => {
  assert.ok(Math.abs(SCENES.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
  const shown = new Map<string, number>();
  for (let s = 0; s < 90; s += 0.1) {
    const { index, sceneS } = placeAt(s, 90);
    const caption = captionAt(SCENES[index]!, sceneS);
    shown.set(caption.en, (shown.get(caption.en) ?? 0) + 0.1);
    assert.is.not(caption.en, caption.de);
  }
  const all = SCENES.flatMap(({ captions }) => captions.map(([, text]) => text.en));
  for (const text of all) assert.ok((shown.get(text) ?? 0) >= 3, text);
  assert.is(placeAt(90, 90).over, true);
  assert.is(placeAt(89.9, 90).over, false);
});

test('a machine too slow for the tour plays it slower: no frame is long, none of the tour is left out', () => {
  let atS = 0;
  let frames = 0;
  for (let nowS = 0; !placeAt(atS, 90).over; nowS += 5, frames++) {
    const next = onward(atS, 5);
    assert.ok(next > atS && next - atS <= 0.5, `${nowS} s`);
    atS = next;
  }
  assert.is(frames, 180);
  assert.is(onward(3, 0.2), 3.2);
});

test('the whole tour in two seconds: told on the page, nothing can be set, ends by itself', async () => {
  const told: Tour[] = [];
  const seen: { tour?: Tour; control?: { simulated: boolean } }[] = [];
  let codes: number[] = [];
  const log = createLog('tour', 'fatal');
  const visit = async (url: string) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}live`);
    socket.on('message', (data) => {
      const { set, ...whole } = JSON.parse(String(data));
      seen.push(set ?? whole);
    });
    const status = async (path: string, init?: RequestInit) => (await fetch(new URL(path, url), init)).status;
    codes = await Promise.all([
      status('api/set', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
      status('api/history?points=roomC&hours=1'),
      status('api/events'),
    ]);
  };
  let visited: Promise<void> | undefined;
  const came = await runTour({
    ...{ lastsS: 2, port: 0, log, lingerS: 1, signal: new AbortController().signal },
    ready: (url) => {
      visited = visit(url);
    },
    tell: (tour) => told.push(tour),
  });
  await visited;
  assert.ok(came);
  assert.equal(codes, [403, 200, 200]);
  assert.equal([...new Set(told.map(({ chapter }) => chapter))], [1, 2, 3]);
  assert.ok(told.at(-1)!.over);
  assert.ok(seen[0]?.control?.simulated && seen[0].tour?.chapter === 1);
  assert.ok(seen.some(({ tour }) => tour?.over));
});

test('a tour that nobody opens ends by itself and says so', async () => {
  const parts = { lastsS: 2, port: 0, log: createLog('tour', 'fatal'), signal: new AbortController().signal };
  assert.is(await runTour({ ...parts, openedWithinMin: 0.001, ready: () => {}, tell: () => {} }), false);
});

test.run();
