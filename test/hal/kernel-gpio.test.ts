import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inGuest, missing, OWN_KERNEL, suiteInGuest } from './kernel/uml.ts';

/** Both GPIO back ends on a real kernel with a simulated chip (kernel/gpio.guest.ts is what runs in it). */
const GPIO_SIM = `
mount -t configfs none /sys/kernel/config || return 97
bank=/sys/kernel/config/gpio-sim/plant/bank0; mkdir -p $bank
echo 16 > $bank/num_lines; echo plant-gpio > $bank/label; echo 1 > $bank/../live || return 98
class=$(grep -l plant-gpio /sys/class/gpio/gpiochip*/label); class=\${class%/label}`;

const skip = missing('kernel-gpio');
if (skip) process.stdout.write(skip);
else {
  test('outputs, edges, counts, trips and SIGKILL through character device and sysfs', async () => {
    const suite = suiteInGuest('gpio.guest.ts', 190);
    const { code, output } = await inGuest(OWN_KERNEL, `${GPIO_SIM}\n${suite} $bank $class`, 220);
    // How far it came, when it does not end.
    const progress = [...output.matchAll(/^\d+\.\d s: .*$/gm)].map((m) => m[0]).join('\n');
    process.stdout.write(`${/^trip to .*$/m.exec(output)?.[0] ?? ''}\n`);
    assert.is(code, 0, `${progress}\n${output.slice(-4000)}`);
    assert.is(Number(/Passed:\s+(\d+)/.exec(output)?.[1]), 13, output.slice(-3000));
  });
}

test.run();
