import { ads1115Ntc } from './ads1115.ts';
import { atv320 } from './atv320.ts';
import type { Chip, ChipIo } from './chip.ts';
import { gp8403 } from './gp8403.ts';
import { gpioContact, gpioRelay, pulseFlow } from './gpio.ts';
import { mcp9808 } from './mcp9808.ts';
import { nvidiaSmi } from './nvidia-smi.ts';
import { sdm630 } from './sdm630.ts';
import { tmp117 } from './tmp117.ts';

/** The other side of every driver, by the driver's name: written from the data sheets, not from the drivers. */
export const CHIPS: Record<string, (params: unknown, io: ChipIo) => Chip> = {
  tmp117,
  mcp9808,
  'ads1115-ntc': ads1115Ntc,
  'pulse-flow': pulseFlow,
  'gpio-contact': gpioContact,
  'gpio-relay': gpioRelay,
  gp8403,
  atv320,
  sdm630,
  'nvidia-smi': nvidiaSmi,
};
