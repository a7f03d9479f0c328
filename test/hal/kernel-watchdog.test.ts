import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inGuest, missing, OWN_KERNEL, suiteInGuest } from './kernel/uml.ts';

/** The control loop on the kernel's own software watchdog (kernel/watchdog.guest.ts is what runs in it). */
const skip = missing('kernel-watchdog');
const guest = (how: string) =>
  inGuest(OWN_KERNEL, `${suiteInGuest('watchdog.guest.ts', 90)} ${how}\necho ended\nsleep 5`, 130);

if (skip) process.stdout.write(skip);
else {
  test('fed by good ticks only: sensors that nobody renews start the machine anew, though the loop goes on', async () => {
    const { output, rebooted } = await guest('starve');
    assert.match(output, /alive after 5 s: fed ([4-9]|1\d), failed 0/);
    assert.match(output, /starved: no sensor has been read for 3 s/);
    assert.ok(rebooted, output.slice(-2000));
    assert.not.match(output, /^ended/m);
  });

  test('a killed loop starts the machine anew; one that was told to stop does not', async () => {
    const killed = await guest('kill');
    assert.match(killed.output, /alive after 5 s: fed ([4-9]|1\d), failed 0/);
    assert.ok(killed.rebooted, killed.output.slice(-2000));
    const stopped = await guest('stop');
    assert.match(stopped.output, /^ended/m);
    assert.not.ok(stopped.rebooted, stopped.output.slice(-2000));
    assert.is(stopped.code, 0);
  });
}

test.run();
