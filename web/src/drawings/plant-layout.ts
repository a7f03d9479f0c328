import type { ActuatorName, SensorName } from '../../../src/contract/points.ts';

export type PartId =
  | 'dryCooler'
  | 'accelerator'
  | 'outdoorUnit'
  | 'condenser'
  | 'exchanger'
  | 'buffer'
  | 'hotWater'
  | 'house';
export type Circuit = 'coolant' | 'refrigerant' | 'heating' | 'hotWater' | 'reject' | 'house';

export interface Pipe {
  id: string;
  /** SVG path from corner to corner, in the direction of flow. */
  path: string;
  /** Whose temperature colours it; undefined for a pipe without a sensor. */
  colour?: SensorName;
  circuit: Circuit;
}

export interface PlantLayout {
  width: number;
  height: number;
  parts: Record<PartId, { x: number; y: number; w: number; h: number }>;
  pipes: readonly Pipe[];
  /** Where each temperature is written, beside its sensor. */
  labels: readonly { point: SensorName; x: number; y: number; anchor: 'start' | 'middle' | 'end' }[];
  pumps: readonly { output: ActuatorName; flow: SensorName; x: number; y: number; label: readonly [number, number] }[];
  valves: readonly { output: ActuatorName; x: number; y: number }[];
}

export const WIDE: PlantLayout = {
  width: 960,
  height: 430,
  parts: {
    dryCooler: { x: 10, y: 24, w: 150, h: 78 },
    accelerator: { x: 408, y: 24, w: 140, h: 78 },
    outdoorUnit: { x: 10, y: 200, w: 150, h: 130 },
    condenser: { x: 270, y: 205, w: 92, h: 120 },
    exchanger: { x: 432, y: 205, w: 92, h: 60 },
    hotWater: { x: 690, y: 24, w: 104, h: 124 },
    buffer: { x: 690, y: 205, w: 104, h: 150 },
    house: { x: 852, y: 205, w: 104, h: 150 },
  },
  pipes: [
    { id: 'hotGas', path: 'M160 235L270 235', colour: 'dischargeC', circuit: 'refrigerant' },
    { id: 'liquid', path: 'M270 300L160 300', circuit: 'refrigerant' },
    { id: 'condenserOut', path: 'M362 235L432 235', colour: 'condenserOutC', circuit: 'heating' },
    { id: 'supply', path: 'M524 235L634 235', colour: 'supplyC', circuit: 'heating' },
    { id: 'toBuffer', path: 'M634 235L690 235', colour: 'supplyC', circuit: 'house' },
    { id: 'toHotWater', path: 'M634 235L634 55L690 55', colour: 'supplyC', circuit: 'hotWater' },
    { id: 'fromHotWater', path: 'M690 122L662 122L662 395', colour: 'returnC', circuit: 'hotWater' },
    { id: 'fromBuffer', path: 'M690 330L662 330L662 395', colour: 'returnC', circuit: 'house' },
    { id: 'return', path: 'M662 395L316 395L316 325', colour: 'returnC', circuit: 'heating' },
    { id: 'toHouse', path: 'M794 235L852 235', colour: 'bufferTopC', circuit: 'house' },
    { id: 'fromHouse', path: 'M852 330L794 330', colour: 'bufferBottomC', circuit: 'house' },
    { id: 'coolantOut', path: 'M450 102L450 205', colour: 'accelOutC', circuit: 'coolant' },
    { id: 'coolantIn', path: 'M506 205L506 102', colour: 'accelInC', circuit: 'coolant' },
    { id: 'toDryCooler', path: 'M450 150L230 150L230 82L160 82', colour: 'accelOutC', circuit: 'reject' },
    {
      id: 'fromDryCooler',
      path: 'M160 44L262 44L262 10L598 10L598 176L506 176',
      colour: 'accelInC',
      circuit: 'reject',
    },
  ],
  labels: [
    { point: 'dischargeC', x: 215, y: 225, anchor: 'middle' },
    { point: 'condenserOutC', x: 397, y: 226, anchor: 'middle' },
    { point: 'supplyC', x: 579, y: 225, anchor: 'middle' },
    { point: 'returnC', x: 340, y: 418, anchor: 'start' },
    { point: 'accelOutC', x: 440, y: 126, anchor: 'end' },
    { point: 'accelInC', x: 518, y: 126, anchor: 'start' },
  ],
  pumps: [
    { output: 'circulationPct', flow: 'heatFlowLpm', x: 480, y: 395, label: [480, 358] },
    { output: 'accelPumpPct', flow: 'accelFlowLpm', x: 506, y: 150, label: [526, 146] },
  ],
  valves: [
    { output: 'hotWaterOn', x: 634, y: 235 },
    { output: 'rejectOn', x: 450, y: 150 },
  ],
};

export const NARROW: PlantLayout = {
  width: 360,
  height: 690,
  parts: {
    dryCooler: { x: 4, y: 8, w: 116, h: 76 },
    accelerator: { x: 216, y: 8, w: 140, h: 76 },
    outdoorUnit: { x: 4, y: 196, w: 128, h: 100 },
    condenser: { x: 4, y: 336, w: 128, h: 50 },
    exchanger: { x: 216, y: 208, w: 140, h: 46 },
    hotWater: { x: 14, y: 466, w: 108, h: 90 },
    buffer: { x: 234, y: 466, w: 108, h: 100 },
    house: { x: 186, y: 612, w: 170, h: 70 },
  },
  pipes: [
    { id: 'hotGas', path: 'M36 296L36 336', colour: 'dischargeC', circuit: 'refrigerant' },
    { id: 'liquid', path: 'M112 336L112 296', circuit: 'refrigerant' },
    { id: 'condenserOut', path: 'M132 352L240 352L240 254', colour: 'condenserOutC', circuit: 'heating' },
    { id: 'supply', path: 'M322 254L322 424', colour: 'supplyC', circuit: 'heating' },
    { id: 'toBuffer', path: 'M322 424L322 466', colour: 'supplyC', circuit: 'house' },
    { id: 'toHotWater', path: 'M322 424L68 424L68 466', colour: 'supplyC', circuit: 'hotWater' },
    { id: 'fromHotWater', path: 'M122 536L178 536', colour: 'returnC', circuit: 'hotWater' },
    { id: 'fromBuffer', path: 'M234 536L178 536', colour: 'returnC', circuit: 'house' },
    { id: 'return', path: 'M178 536L178 372L132 372', colour: 'returnC', circuit: 'heating' },
    { id: 'toHouse', path: 'M264 566L264 612', colour: 'bufferTopC', circuit: 'house' },
    { id: 'fromHouse', path: 'M316 612L316 566', colour: 'bufferBottomC', circuit: 'house' },
    { id: 'coolantOut', path: 'M240 84L240 208', colour: 'accelOutC', circuit: 'coolant' },
    { id: 'coolantIn', path: 'M326 208L326 84', colour: 'accelInC', circuit: 'coolant' },
    { id: 'toDryCooler', path: 'M240 122L100 122L100 84', colour: 'accelOutC', circuit: 'reject' },
    { id: 'fromDryCooler', path: 'M26 84L26 180L326 180', colour: 'accelInC', circuit: 'reject' },
  ],
  labels: [
    { point: 'dischargeC', x: 46, y: 321, anchor: 'start' },
    { point: 'condenserOutC', x: 230, y: 342, anchor: 'end' },
    { point: 'supplyC', x: 312, y: 300, anchor: 'end' },
    { point: 'returnC', x: 158, y: 408, anchor: 'end' },
    { point: 'accelOutC', x: 250, y: 104, anchor: 'start' },
    { point: 'accelInC', x: 314, y: 200, anchor: 'end' },
  ],
  pumps: [
    { output: 'circulationPct', flow: 'heatFlowLpm', x: 178, y: 398, label: [198, 392] },
    { output: 'accelPumpPct', flow: 'accelFlowLpm', x: 326, y: 128, label: [308, 142] },
  ],
  valves: [
    { output: 'hotWaterOn', x: 322, y: 424 },
    { output: 'rejectOn', x: 240, y: 122 },
  ],
};
