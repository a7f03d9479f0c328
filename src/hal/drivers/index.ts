import type { Driver } from '../types.ts';
import { accelHost } from './accel-host.ts';
import { ads1115Ntc } from './ads1115-ntc.ts';
import { ads1115Pt1000 } from './ads1115-pt1000.ts';
import { amdgpu } from './amdgpu.ts';
import { atv320 } from './atv320.ts';
import { ds18b20 } from './ds18b20.ts';
import { gp8403 } from './gp8403.ts';
import { gpioContact } from './gpio-contact.ts';
import { gpioRelay } from './gpio-relay.ts';
import { hwmon } from './hwmon.ts';
import { lm75 } from './lm75.ts';
import { mag11 } from './mag11.ts';
import { mcp9808 } from './mcp9808.ts';
import { mix38 } from './mix38.ts';
import { nvidiaSmi } from './nvidia-smi.ts';
import { optidriveEco } from './optidrive-eco.ts';
import { pulseFlow } from './pulse-flow.ts';
import { sdm630 } from './sdm630.ts';
import { sunspec } from './sunspec.ts';
import { tmp117 } from './tmp117.ts';
import { tuf2000m } from './tuf2000m.ts';

/** Every driver a board may name. The board schema, docs/boards.md and the HAL derive from this table. */
export const DRIVERS: readonly Driver[] = [
  tmp117,
  mcp9808,
  mix38,
  lm75,
  ads1115Ntc,
  ads1115Pt1000,
  ds18b20,
  pulseFlow,
  tuf2000m,
  mag11,
  gpioContact,
  gpioRelay,
  gp8403,
  atv320,
  optidriveEco,
  sdm630,
  sunspec,
  nvidiaSmi,
  amdgpu,
  hwmon,
  accelHost,
];
