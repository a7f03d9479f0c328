import type { Driver } from '../types.ts';
import { ads1115Ntc } from './ads1115-ntc.ts';
import { atv320 } from './atv320.ts';
import { gp8403 } from './gp8403.ts';
import { gpioContact } from './gpio-contact.ts';
import { gpioRelay } from './gpio-relay.ts';
import { mcp9808 } from './mcp9808.ts';
import { nvidiaSmi } from './nvidia-smi.ts';
import { pulseFlow } from './pulse-flow.ts';
import { sdm630 } from './sdm630.ts';
import { tmp117 } from './tmp117.ts';

/** Every driver a board may name. The board schema, docs/boards.md and the HAL derive from this table. */
export const DRIVERS: readonly Driver[] = [
  tmp117,
  mcp9808,
  ads1115Ntc,
  pulseFlow,
  gpioContact,
  gpioRelay,
  gp8403,
  atv320,
  sdm630,
  nvidiaSmi,
];
