import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { simLocal } from '../../../src/hal/buses/sim-local.ts';
import type { FaultInput } from '../../../src/hal/sim/faults.ts';
import { loopMs } from '../patience.ts';
import { alive, hardwareFor, openDevices, pollAll, readings, sleep, warmPlant } from './rig.ts';

const truth = readings(warmPlant());

/** Polls all devices with these faults injected, after they have been read sound once. */
async function withFaults(faults: FaultInput[], settleMs = 150) {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  return alive(hardware, async () => {
    await pollAll(devices);
    await sleep(260);
    await pollAll(devices);
    for (const fault of faults) hardware.inject(fault);
    await sleep(settleMs);
    const startMs = loopMs();
    const polled = await pollAll(devices);
    return { ...polled, tookMs: loopMs() - startMs, hardware, devices };
  });
}
const codeOf = (error: unknown) => (error as { code?: string } | undefined)?.code;

test('F1: an open or shorted thermistor is told as such, its neighbours stay good', async () => {
  const { values, failed } = await withFaults([
    { point: 'supplyC', fault: 'open' },
    { point: 'returnC', fault: 'short' },
  ]);
  assert.equal(failed, {});
  assert.match(values.supplyC!.fault!, 'open');
  assert.match(values.returnC!.fault!, 'shorted');
  assert.is(values.condenserOutC!.fault, undefined);
});

test('F2, F3, F4, F5: frozen, jumping, drifting and swapped sensors', async () => {
  const { hardware, devices, values } = await withFaults(
    [
      { point: 'roomC', fault: 'frozen' },
      { point: 'supplyC', fault: 'spikes', share: 1, size: 40 },
      { point: 'bufferTopC', fault: 'drift', perMinute: 600 },
      { point: 'accelInC', fault: 'swap', with: 'accelOutC' },
    ],
    300,
  );
  const jumps = [values.supplyC!.value];
  for (let n = 0; n < 4; n++) {
    const polled = await pollAll(devices.filter((d) => d.name === 'adcWater'));
    jumps.push(polled.values.supplyC!.value);
  }
  assert.ok(
    jumps.some((v) => Math.abs(v - truth.supplyC) > 0.5),
    `${jumps}`,
  );
  assert.ok(values.bufferTopC!.value > truth.bufferTopC + 0.9);
  assert.ok(Math.abs(values.accelInC!.value - truth.accelOutC) < 0.01);
  hardware.sense({ ...truth, roomC: truth.roomC + 3 });
  await sleep(260);
  const later = await pollAll(devices.filter((d) => d.name === 'tmpRoom'));
  assert.ok(Math.abs(later.values.roomC!.value - truth.roomC) < 0.05);
  hardware.clear();
  await sleep(260);
  const cleared = await pollAll(devices.filter((d) => d.name === 'tmpRoom'));
  assert.ok(Math.abs(cleared.values.roomC!.value - truth.roomC - 3) < 0.05);
});

test('F6: a frozen TMP117 answers, but its sample grows old', async () => {
  const { values, failed } = await withFaults([{ device: 'tmpAccelOut', fault: 'frozen' }], 1100);
  assert.equal(failed, {});
  assert.ok(performance.now() - values.accelOutC!.atMs > 1000);
  assert.ok(values.accelInC!.atMs - values.accelOutC!.atMs > 900);
});

test('F7: one device that holds the bus silences all of it within the limit; absent and noisy ones fail alone', async () => {
  const stuck = await withFaults([{ device: 'tmpRoom', fault: 'stuck' }]);
  assert.equal(
    ['tmpAccelIn', 'tmpAccelOut', 'tmpRoom', 'adcWater', 'adcTanks'].map((n) => codeOf(stuck.failed[n])),
    Array(5).fill('BUS_TIMEOUT'),
  );
  assert.ok(stuck.tookMs < 800, `${stuck.tookMs} ms`);
  const alone = await withFaults([
    { device: 'tmpRoom', fault: 'absent' },
    { device: 'adcWater', fault: 'noise' },
  ]);
  assert.equal(Object.keys(alone.failed).sort(), ['adcWater', 'tmpRoom']);
  assert.is(codeOf(alone.failed.tmpRoom), 'BUS_ABSENT');
});

test('F8: a silent, noisy or slow Modbus device times out within 200 ms each, the other units answer', async () => {
  for (const fault of ['absent', 'stuck', 'noise'] as const) {
    const { failed, values } = await withFaults([{ device: 'meterPv', fault }]);
    assert.is(codeOf(failed.meterPv), 'BUS_TIMEOUT', fault);
    assert.ok(values.gridW);
  }
  const slow = await withFaults([{ device: 'drive', fault: 'late', ms: 260 }]);
  assert.is(codeOf(slow.failed.drive), 'BUS_TIMEOUT');
});

test('F9: lost flow stops the pulses; a cut wire of the meter looks the same to it', async () => {
  const cut = await withFaults([{ point: 'accelFlowLpm', fault: 'open' }], 1150);
  assert.is(cut.values.accelFlowLpm!.value, 0);
  const lost = await withFaults([{ plant: 'coolantFlow' }]);
  assert.equal(lost.hardware.plantFaults(), { coolantFlowShare: 0 });
});

test('F13, F16: an opened contact or its cut wire is an edge at once and reads 0', async () => {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  const trips: string[] = [];
  for (const { name, device } of devices) device.onTrip?.(() => trips.push(name));
  hardware.inject({ point: 'gasOk', fault: 'open' });
  hardware.sense({ ...truth, pressureHighOk: 0 });
  assert.equal(trips, ['contactGas', 'contactHp']);
  const { values } = await pollAll(devices.filter((d) => d.name.startsWith('contact')));
  assert.equal([values.gasOk!.value, values.pressureHighOk!.value, values.pressureLowOk!.value], [0, 0, 1]);
});

test('F24: a hung accelerator gives no telemetry within a second and tells the plant to burn all it can', async () => {
  const { failed, hardware } = await withFaults([{ plant: 'accelHang' }]);
  assert.is(codeOf(failed.accel), 'BUS_TIMEOUT');
  assert.equal(hardware.plantFaults(), { accelHang: true });
});

test('a fault for a device that is not there is refused by name', () => {
  assert.throws(() => hardwareFor(truth).inject({ device: 'tmpAttic', fault: 'absent' }), /tmpAttic/);
});

test.run();
