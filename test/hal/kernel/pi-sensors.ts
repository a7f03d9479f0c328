import type { SensorName } from '../../../src/contract/points.ts';

/** The emulated chips of the Pi: which point each measures, and its address. */
export const PI_SENSORS: Partial<Record<SensorName, number>> = {
  accelInC: 0x48,
  accelOutC: 0x49,
  supplyC: 0x4a,
  returnC: 0x4b,
  condenserOutC: 0x4c,
  bufferTopC: 0x4d,
  bufferBottomC: 0x4e,
  dischargeC: 0x4f,
};
