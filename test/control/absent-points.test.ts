import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Image, SensorName } from '../../src/contract/points.ts';
import { Config } from '../../src/core/config.ts';
import { live } from './random-houses.ts';

const ABSENT: SensorName[] = ['hotWaterC', 'roomC', 'gridW', 'pvW', 'batteryW'];

function without(image: Image): Image {
  const none = (name: SensorName) => [name, { ...image.sensors[name], value: 0, quality: 'absent' as const }];
  return { ...image, sensors: { ...image.sensors, ...Object.fromEntries(ABSENT.map(none)) } };
}

/** A board of the fewest points; what it says beside heating and idling. */
function said(roomTold: boolean) {
  const codes = new Set<string>();
  let [coldestC, hottestC, charged] = [99, 0, 0];
  let roomC = 20;
  const config = Config.parse({ sim: { startsAt: '2025-01-15T06:00:00Z', pvKwp: 0 } });
  live(
    {
      config,
      dtS: 10,
      wishesAt: (s) => ({
        commands: s === 3600 ? [{ kind: 'hot-water-once', forMin: 60, id: '', by: 'test' }] : [],
        zones: roomTold ? [{ zone: 'living', temperatureC: roomC, ageMs: 0 }] : [],
      }),
    },
    3 * 86_400,
    ({ s, plant, verdict }) => {
      roomC = plant.airC;
      charged += verdict.outputs.hotWaterOn;
      if (s < 60) return;
      for (const { code, text } of verdict.reasons) {
        codes.add(code);
        if (code === 'override-hot-water-once') assert.match(text, /no effect now: there is no tank$/);
      }
      if (s > 86_400) [coldestC, hottestC] = [Math.min(coldestC, roomC), Math.max(hottestC, roomC)];
    },
    undefined,
    without,
  );
  return { codes: [...codes], coldestC, hottestC, charged };
}

test('a house without tank, meter and wired room: its rooms over MQTT heat it, and nobody is told of what it never had', () => {
  const { codes, coldestC, hottestC, charged } = said(true);
  assert.ok(coldestC > 20.3 && hottestC < 22, `${coldestC} to ${hottestC} °C`);
  assert.is(charged, 0);
  const odd = codes.filter(
    (code) => !/^(heating|idle|defrosting|rooms-zones|pump-run-on|override-hot-water-once)$/.test(code),
  );
  assert.equal(odd, []);
});

test('no room at all: the weather curve alone holds the house', () => {
  const { codes, coldestC, hottestC } = said(false);
  assert.ok(coldestC > 19.5 && hottestC < 22, `${coldestC} to ${hottestC} °C`);
  assert.is(codes.includes('sensor-lost'), false);
});

test.run();
