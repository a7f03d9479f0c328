import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as host from '../../../src/hal/drivers/accel-host.ts';
import * as amd from '../../../src/hal/drivers/amdgpu.ts';
import { limitOf, samplesOf } from '../../../src/hal/drivers/cards.ts';
import * as hwmon from '../../../src/hal/drivers/hwmon.ts';
import * as smi from '../../../src/hal/drivers/nvidia-smi.ts';

test('nvidia-smi: several cards, [N/A], rubbish', () => {
  const two = smi.decode(
    '287.31, 350.00, 64, 100.00, 400.00, 97, 6144, 24576\n12.69, 250.00, 71, 150.00, 350.00, 3, 18432, 24576\n',
  )!;
  const samples = samplesOf(two, 5, 'look');
  assert.equal(
    Object.entries(samples).map(([name, { value }]) => [name, value]),
    [
      ['powerW', 300],
      ['chipC', 71],
      ['utilPct', 50],
      ['memoryPct', 75],
    ],
  );
  assert.is(limitOf(two), 600);
  const mute = smi.decode('[N/A], 350.00, 64, [Not Supported], 400.00, [N/A], 1, 2')!;
  assert.match(samplesOf(mute, 5, 'look').powerW!.fault!, /look/);
  assert.is(samplesOf(mute, 5, 'look').chipC!.value, 64);
  for (const rubbish of [
    '',
    'No devices were found',
    'a, b, c, d, e, f, g, h',
    '1, 2',
    'NVIDIA-SMI has failed because it could not communicate',
  ]) {
    assert.is(smi.decode(rubbish), undefined, rubbish);
  }
  assert.equal(smi.encodeCap(500, two), ['-pl', '250']);
  assert.equal(smi.encodeCap(0, two), ['-pl', '150']);
  assert.equal(smi.encodeCap(5000, two), ['-pl', '350']);
  assert.equal(smi.encodeCap(700, mute), ['-pl', '400']);
});

test('amdgpu and hwmon: whole numbers in µW and m°C, or nothing', () => {
  assert.is(amd.decode('187000000\n'), 187e6);
  assert.is(amd.encodeCap(210), '210000000');
  for (const rubbish of ['', '\n', 'N/A\n', '12.5\n', '0x10\n']) assert.is(amd.decode(rubbish), undefined, rubbish);
  assert.is(hwmon.decode('-12500\n', 'temperature'), -12.5);
  assert.is(hwmon.decode('45250000\n', 'power'), 45.25);
  assert.is(hwmon.decode('none', 'power'), undefined);
});

test('accelerator host: samples with their age, faults, and what is no answer', () => {
  assert.equal(host.decode({ id: 1, samples: { powerW: { value: 900, ageMs: 20 }, chipC: { fault: 'gone' } } }, 1000), {
    powerW: { value: 900, atMs: 980 },
    chipC: { value: Number.NaN, atMs: 1000, fault: 'gone' },
  });
  for (const rubbish of [{}, { samples: 3 }, { samples: { powerW: { value: 'x', ageMs: 0 } } }, undefined]) {
    assert.is(host.decode(rubbish, 0), undefined);
  }
});

test.run();
