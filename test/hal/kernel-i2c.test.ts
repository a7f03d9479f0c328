import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEBIAN_KERNEL, i2cStub, inGuest, missing, suiteInGuest } from './kernel/uml.ts';

/** Our I2C drivers on the kernel's own /dev/i2c-0, in a user-mode Linux (kernel/i2c.guest.ts is what runs in it). */
const skip = missing('kernel-i2c');
if (skip) process.stdout.write(skip);
else {
  test('drivers read the words of their data sheets through i2c-dev', async () => {
    const stub = i2cStub([0x18, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x58]);
    const { code, output } = await inGuest(
      DEBIAN_KERNEL,
      `${stub} || return 97\n${suiteInGuest('i2c.guest.ts', 60)}`,
      90,
    );
    assert.is(code, 0, output.slice(-3000));
    assert.is(Number(/Passed:\s+(\d+)/.exec(output)?.[1]), 9, output.slice(-3000));
  });
}

test.run();
