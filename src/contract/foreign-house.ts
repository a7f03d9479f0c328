import { z } from 'zod';

/** A key may be left out or null: both mean "not known", and the controller estimates it. */
const known = <T extends z.ZodType>(schema: T, about: string) => schema.nullable().optional().describe(about);

/** What the owner of a foreign plant knows of his house (`house.json`). Everything may be left out. */
export const ForeignHouse = z.strictObject({
  areaM2: known(z.number().min(10).max(20_000), 'heated floor area'),
  designLoadW: known(z.number().min(300).max(500_000), 'heat load at the design outdoor temperature'),
  designOutdoorC: known(z.number().min(-40).max(15), 'design outdoor temperature, default -10'),
  supplyDesignC: known(z.number().min(25).max(75), 'supply temperature needed at the design point'),
  emitter: known(z.enum(['floor', 'radiator', 'fancoil']), 'how the rooms are heated'),
  weight: known(z.enum(['light', 'medium', 'heavy']), 'timber, brick, or concrete inside the insulation'),
  comfort: known(
    z
      .strictObject({ lowC: z.number().min(5).max(28), highC: z.number().min(6).max(35) })
      .refine(({ lowC, highC }) => highC > lowC, { path: ['highC'], error: 'must be above lowC' }),
    'band held while the plant sends none, default 20 to 24',
  ),
  pump: known(
    z.strictObject({
      heatW: known(z.number().min(300).max(500_000), 'rated heat at full speed, 2 °C outside, 35 °C supply'),
      fanW: known(z.number().min(0).max(20_000), 'fan and circulation pump while it runs'),
      minModulation: known(z.number().min(0).max(1), 'lowest speed that it can hold, as a share of full speed'),
      onOff: known(z.boolean(), 'true when it cannot modulate'),
    }),
    'the heat pump',
  ),
  accelerator: known(
    z.strictObject({
      maxW: z.number().min(0).max(500_000).describe('rated power of all accelerators together'),
      incomeEurPerKwh: known(z.number().min(0).max(10), 'what computing earns per kWh, default 0'),
      wearEurPerKwh: known(z.number().min(0).max(1), 'default 0'),
      heatsHouse: known(z.boolean(), 'false when its heat leaves the house, default true'),
    }),
    'computers whose heat counts; left out or null: none',
  ),
  alternativeHeat: known(z.enum(['heatpump', 'gas', 'oil', 'district', 'resistive']), 'what heats otherwise'),
  alternativeEurPerKwh: known(z.number().min(0).max(2), 'price of a kWh of gas, oil or district heat'),
});
export type ForeignHouse = z.infer<typeof ForeignHouse>;
