import { accelHost } from './accel-host.ts';
import { ads1115Ntc, ads1115Pt1000 } from './ads1115.ts';
import { amdgpu } from './amdgpu.ts';
import { atv320 } from './atv320.ts';
import type { Chip, ChipIo } from './chip.ts';
import { ds18b20 } from './ds18b20.ts';
import { gp8403 } from './gp8403.ts';
import { gpioContact, gpioRelay, pulseFlow } from './gpio.ts';
import { mag11, tuf2000m } from './heat-meters.ts';
import { hwmon } from './hwmon.ts';
import { lm75 } from './lm75.ts';
import { mcp9808 } from './mcp9808.ts';
import { mix38 } from './mix38.ts';
import { nvidiaSmi } from './nvidia-smi.ts';
import { optidriveEco } from './optidrive-eco.ts';
import { sdm630 } from './sdm630.ts';
import { sunspec } from './sunspec.ts';
import { tmp117 } from './tmp117.ts';

/** The other side of every driver, by the driver's name: written from the data sheets, not from the drivers. */
export const CHIPS: Record<string, (params: unknown, io: ChipIo) => Chip> = {
  tmp117,
  mcp9808,
  mix38,
  lm75,
  'ads1115-ntc': ads1115Ntc,
  'ads1115-pt1000': ads1115Pt1000,
  ds18b20,
  'pulse-flow': pulseFlow,
  tuf2000m,
  mag11,
  'gpio-contact': gpioContact,
  'gpio-relay': gpioRelay,
  gp8403,
  atv320,
  'optidrive-eco': optidriveEco,
  sdm630,
  sunspec,
  'nvidia-smi': nvidiaSmi,
  amdgpu,
  hwmon,
  'accel-host': accelHost,
};
