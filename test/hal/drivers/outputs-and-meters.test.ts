import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as atv from '../../../src/hal/drivers/atv320.ts';
import * as gp from '../../../src/hal/drivers/gp8403.ts';
import * as relay from '../../../src/hal/drivers/gpio-relay.ts';
import * as mix from '../../../src/hal/drivers/mix38.ts';
import * as opti from '../../../src/hal/drivers/optidrive-eco.ts';
import * as sdm from '../../../src/hal/drivers/sdm630.ts';
import * as sun from '../../../src/hal/drivers/sunspec.ts';

const near = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not within ${within} of ${expected}`);

test('relay: inverted means released is 1', () => {
  assert.is(relay.encode(1, false), 1);
  assert.is(relay.encode(0, false), 0);
  assert.is(relay.encode(1, true), 0);
  assert.is(relay.encode(0, true), 1);
});

test('GP8403: 12 bits in the upper part, low byte first', () => {
  assert.equal([...gp.encode('out0', 100, false)], [0x02, 0xf0, 0xff]);
  assert.equal([...gp.encode('out1', 0, false)], [0x04, 0x00, 0x00]);
  assert.equal([...gp.encode('out0', 50, false)], [0x02, 0x00, 0x80]);
  assert.equal([...gp.encode('out1', 100, true)], [0x04, 0x00, 0x00]);
  assert.equal([...gp.encode('out0', 0, true)], [0x02, 0xf0, 0xff]);
});

test('MIX38: tenths of a degree with a sign', () => {
  assert.equal([0x00fa, 0xff9c, 0].map(mix.decode), [25, -10, 0]);
});

test('ATV320: state words of CiA 402 and what to command next', () => {
  assert.is(atv.nextCommand(0x0250), 0x06);
  assert.is(atv.nextCommand(0x0231), 0x07);
  assert.is(atv.nextCommand(0x0233), 0x0f);
  assert.is(atv.nextCommand(0x0237), undefined);
  assert.is(atv.isFault(0x0208), true);
  assert.is(atv.isFault(0x0237), false);
  const words = new Uint16Array(11);
  words.set([0x0237, 653], 0);
  words[10] = 72;
  assert.equal(atv.decode(words, 4000), { eta: 0x0237, speedHz: 65.3, powerW: 2880 });
  words[1] = 0xfe0c;
  assert.is(atv.decode(words, 4000).speedHz, 50);
  assert.is(atv.encodeSpeed(42.5, 100), 425);
});

test('SDM630: IEEE 754 single, high word first', () => {
  assert.is(sdm.decode([0x447a, 0x0000]), 1000);
  assert.is(sdm.decode([0xc4bb, 0x8000]), -1500);
  assert.is(sdm.decode([0x43e7, 0x0000]), 462);
  assert.is(sdm.decode([0x7fc0, 0x0000]), undefined);
  assert.is(sdm.decode([0x7f80, 0x0000]), undefined);
  assert.is(sdm.decode([]), undefined);
});

test('Optidrive Eco: 123 is 12.3 Hz and 1100 is 11.00 kW, as its guide says; a trip has a number', () => {
  assert.equal(opti.decode([0x0041, 123, 105, 474, 1100]), { trip: undefined, speedHz: 12.3, powerW: 11_000 });
  assert.is(opti.decode([0x0302, 0, 0, 0, 0]).trip, 3);
  assert.equal(opti.encode(50, 100), [1, 500]);
  assert.equal(opti.encode(0, 100), [0, 0]);
});

test('SunSpec model 103: watts with their scale factor, and what is not implemented', () => {
  const model = (w: number, sf: number, id = 103) => Object.assign(Array(16).fill(0), { 0: id, 1: 50, 14: w, 15: sf });
  assert.is(sun.decode(model(412, 1)), 4120);
  assert.is(sun.decode(model(0xfff6, 0)), -10);
  near(sun.decode(model(12_345, 0xffff))!, 1234.5, 1e-9);
  assert.is(sun.decode(model(0x8000, 0)), undefined);
  assert.is(sun.decode(model(412, 0x8000)), undefined);
  assert.is(sun.decode(model(412, 0, 160)), undefined);
  assert.is(sun.decode([]), undefined);
});

test.run();
