/** A GPIO chip whose lines reach a header: which line is on which pin, and the pull each has at reset. */
export interface Header {
  /** Pin by line. Lines that are not here reach no pin, or belong to something else. */
  pins: Readonly<Record<number, number>>;
  /** Pull that the chip has on this line until somebody asks for another. */
  pullAtReset(line: number): 'up' | 'down';
}

/**
 * The 40-pin header of the Raspberry Pi, the same on 4, CM4 and 5: GPIO 2 to 27; 0 and 1 belong to the HAT EEPROM.
 * https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio
 */
const RASPBERRY_PI: Header = {
  // biome-ignore format: one row per ten lines
  pins: {
    2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21,
    10: 19, 11: 23, 12: 32, 13: 33, 14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35,
    20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
  },
  pullAtReset: (line) => (line <= 8 ? 'up' : 'down'),
};

/** By the chip's label in the kernel: the BCM2711 of the 4 and CM4, the BCM2835 family before it, the RP1 of the 5. */
const HEADERS: Record<string, Header> = {
  'pinctrl-bcm2835': RASPBERRY_PI,
  'pinctrl-bcm2711': RASPBERRY_PI,
  'pinctrl-rp1': RASPBERRY_PI,
};

export const headerOf = (chip: string): Header | undefined => HEADERS[chip];
