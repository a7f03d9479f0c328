import { openCdevGpio } from '../../../src/hal/buses/linux-gpio-cdev.ts';
import { openSysfsGpio } from '../../../src/hal/buses/linux-gpio-sysfs.ts';

/** Drives a line until it is killed. Arguments: the way, the chip's label, the line. */
const [, , way, label, line] = process.argv;
const bus = way === 'sysfs' ? openSysfsGpio(label!, 'gpio0') : openCdevGpio(label!, 'gpio0');
await (await bus.output(Number(line), 0)).write(1);
process.stdout.write('driven\n');
setInterval(() => undefined, 1000);
