import { z } from 'zod';
import { Comfort } from './comfort.ts';

/** Facts of the installation that control and the plant's parameters start from. Physical limits may only be tightened. */
export const House = z
  .strictObject({
    designLoadW: z
      .number()
      .min(500)
      .max(100_000)
      .default(12_000)
      .describe('heat load at the design outdoor temperature'),
    designOutdoorC: z.number().min(-40).max(10).default(-12),
    supplyDesignC: z.number().min(25).max(70).default(42).describe('supply temperature needed at the design point'),
    compressorMaxW: z.number().min(300).max(20_000).default(4_000).describe('rated electrical power of the compressor'),
    backupHeaterW: z
      .number()
      .min(0)
      .max(30_000)
      .default(6_000)
      .describe('heat of the backup heater, electrical power of an electric one; 0 for none'),
    accelMaxW: z
      .number()
      .min(0)
      .max(20_000)
      .default(5_000)
      .describe('rated power of all accelerators together, 0 for none'),
    bufferMaxC: z.number().min(40).max(85).default(70),
    coolantOutSetC: z.number().min(30).max(65).default(52).describe('coolant temperature the accelerator loop holds'),
    coolantMaxC: z.number().min(40).max(80).default(68).describe('accelerator off above this coolant temperature'),
    chipMaxC: z.number().min(60).max(95).default(88),
    alternativeHeat: z.enum(['heatpump', 'gas', 'oil', 'district', 'resistive']).default('heatpump'),
    alternativeEurPerKwh: z
      .number()
      .min(0)
      .max(2)
      .default(0.12)
      .describe('price of a kWh of heat from gas, oil or district, also of the boiler behind the backup heater'),
    wearEurPerKwh: z.number().min(0).max(1).default(0).describe('accelerator wear per kWh computed'),
    startsPerDay: z
      .int()
      .min(6)
      .max(60)
      .default(24)
      .describe('most starts of the compressor in any 24 hours; frost protection may exceed it'),
    heatPumpMaxC: z.number().min(45).max(75).default(68).describe('hottest water the heat pump may make'),
    hotWaterTankL: z.number().min(50).max(2000).default(250),
    backupHeaterAt: z
      .enum(['buffer', 'supply'])
      .default('buffer')
      .describe('where the backup heater sits: only in the supply it can help the hot water'),
    backupHeaterIs: z
      .enum(['electric', 'boiler'])
      .default('electric')
      .describe('what the contact of the backup heater switches; an old boiler burns at `alternativeEurPerKwh`'),
    comfort: Comfort,
  })
  .prefault({});
export type House = z.infer<typeof House>;

/** Electricity that the backup heater draws while it is on, W. A boiler's own pump and fan are too little to count. */
export const backupDrawsW = (house: Pick<House, 'backupHeaterIs' | 'backupHeaterW'>): number =>
  house.backupHeaterIs === 'boiler' ? 0 : house.backupHeaterW;
