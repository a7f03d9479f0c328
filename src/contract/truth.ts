import { z } from 'zod';

const finite = z.number().finite();

/** plant/truth, 1 Hz: what the simulated house is really doing, for people to compare; no process may control by it. */
export const PlantTruth = z.object({
  timeMs: finite,
  speed: finite,
  modelled: z.literal(true),
  weather: z.object({ outdoorC: finite, solarWm2: finite, source: z.string() }),
  roomC: finite,
  bufferC: finite,
  hotWaterC: finite,
  householdW: finite,
  pvW: finite,
  gridW: finite,
  compressorW: finite,
  /** Heat flows out of the house into the outdoor coil. */
  defrosting: z.boolean(),
  condensingBar: finite,
  evaporatingBar: finite,
  condenserW: finite,
  accelW: finite,
  accelHeatW: finite,
  rejectedW: finite,
  houseHeatW: finite,
  cop: finite.nullable(),
  deadMan: z.enum(['held', 'dropped']),
  ledgerErrorPct: finite,
});
export type PlantTruth = z.infer<typeof PlantTruth>;
