import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../src/core/random.ts';
import type { BoardDevice } from '../../src/hal/board.ts';
import { openCdevGpio } from '../../src/hal/buses/linux-gpio-cdev.ts';
import { createSlot } from '../../src/hal/device-slot.ts';
import type { BusBackend } from '../../src/hal/types.ts';
import { kernelLine } from './linux-rig.ts';
import { hardwareFor, readings, warmPlant } from './sim/rig.ts';

/** The back end of the character device while its chip goes and comes; the kernel's own is in kernel-gpio. */
const monoMs = () => performance.now();
const truth = readings(warmPlant());

test('a chip that goes and comes at random, seeds 1 to 40: never a wrong level, told, and back by itself', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const hardware = hardwareFor(truth);
    let gone = random() < 0.3;
    const gpio = openCdevGpio(
      'emulated',
      'gpio0',
      kernelLine(hardware, 'gpio0', () => gone),
    );
    const buses = { gpio: () => gpio } as unknown as BusBackend;
    const device = (driver: string, params: object, sensors: BoardDevice['sensors']): BoardDevice => ({
      driver,
      params: { bus: 'gpio0', ...params },
      sensors,
      actuators: {},
    });
    const trips: string[] = [];
    const point = { pressureHighOk: { channel: 'closed', maxAgeMs: 1500, note: 'test' } };
    const contact = createSlot('contact', device('gpio-contact', { line: 16 }, point), { buses, monoMs }, (s) =>
      trips.push(s),
    );
    const relayOn = device('gpio-relay', { line: 17, inverted: false }, {});
    const relay = createSlot('relay', relayOn, { buses, monoMs }, () => undefined);
    let closed = true;
    for (let n = 0; n < 60; n++) {
      if (random() < 0.15) gone = !gone;
      if (random() < 0.3) {
        closed = !closed;
        hardware.sense({ ...truth, pressureHighOk: closed ? 1 : 0 });
      }
      const failed = await contact.poll();
      assert.is(failed !== undefined, gone, `seed ${seed}, poll ${n}`);
      const reading = contact.readings.pressureHighOk;
      if (!failed)
        assert.equal([reading?.quality, reading?.value], ['good', closed ? 1 : 0], `seed ${seed}, poll ${n}`);
      if (contact.failures() >= 2) assert.is(reading?.quality, 'bad');
      const level = random() < 0.5 ? 1 : 0;
      const confirmed = await relay.write('state', level).catch(() => undefined);
      assert.is(confirmed, gone ? undefined : level, `seed ${seed}, write ${n}`);
      if (!gone) assert.is(hardware.gpio.read('gpio0', 17), level);
    }
    assert.ok(contact.health.absent > 0 && contact.health.ok > 0, `seed ${seed}`);
    assert.ok(trips.length > 0, `seed ${seed}: no trip was told`);
    await gpio.close();
  }
});

test.run();
