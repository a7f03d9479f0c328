/** What can break in the plant itself; left out means sound. Sensor, wire and bus faults belong to the emulated chips. */
export interface PlantFaults {
  coolantFlowShare?: number;
  heatFlowShare?: number;
  rejectValveStuck?: boolean;
  rejectValveReversed?: boolean;
  rejectValveTravelS?: number;
  hotWaterValveStuck?: boolean;
  hotWaterValveReversed?: boolean;
  hotWaterValveTravelS?: number;
  reversingValveStuck?: boolean;
  compressorBlocked?: boolean;
  compressorLocked?: boolean;
  outdoorUnitDead?: boolean;
  dryCoolerDead?: boolean;
  emittersShut?: boolean;
  backupHeaterDead?: boolean;
  pressureHighOpen?: boolean;
  pressureLowOpen?: boolean;
  gasAlarm?: boolean;
  accelHang?: boolean;
}

interface FaultDoc {
  /** `share`: 0..1 of what a sound part would do; `travelS`: seconds from end to end, > 0; `switch`: true is broken. */
  kind: 'share' | 'travelS' | 'switch';
  /** Rows of the fault table in docs/SAFETY.md. */
  rows: string;
  /** What the plant does then. */
  about: string;
}

/** Every fault of the plant, for campaigns and documents. */
export const PLANT_FAULTS = {
  coolantFlowShare: { kind: 'share', rows: 'F9 F10', about: 'coolant flow falls within 0.2 s; 0: pump seized or dry' },
  heatFlowShare: {
    kind: 'share',
    rows: 'F9 F10',
    about: 'heating water flow falls within 0.2 s; 0: pump seized or dry',
  },
  rejectValveStuck: { kind: 'switch', rows: 'F11', about: 'coolant valve stays where it is' },
  rejectValveReversed: { kind: 'switch', rows: 'F11', about: 'coolant valve runs to the end opposite of its order' },
  rejectValveTravelS: { kind: 'travelS', rows: 'F11', about: 'coolant valve is slow (sound: 4 s)' },
  hotWaterValveStuck: { kind: 'switch', rows: 'F11', about: 'tank valve stays where it is' },
  hotWaterValveReversed: { kind: 'switch', rows: 'F11', about: 'tank valve runs to the end opposite of its order' },
  hotWaterValveTravelS: { kind: 'travelS', rows: 'F11', about: 'tank valve is slow (sound: 15 s)' },
  reversingValveStuck: {
    kind: 'switch',
    rows: 'F11',
    about: 'four-way valve stays: no change between heating and cooling',
  },
  compressorBlocked: { kind: 'switch', rows: 'F12', about: 'compressor does not start and draws nothing (drive off)' },
  compressorLocked: {
    kind: 'switch',
    rows: 'F12',
    about: 'locked rotor: current at the limit of the drive, speed and heat 0',
  },
  outdoorUnitDead: {
    kind: 'switch',
    rows: 'F13 F14',
    about: 'outdoor fan stands: low pressure when heating, high when cooling',
  },
  dryCoolerDead: { kind: 'switch', rows: 'F14', about: 'dry cooler fan stands: only natural convection rejects' },
  emittersShut: { kind: 'switch', rows: 'F14', about: 'no sink: every room valve is shut' },
  backupHeaterDead: { kind: 'switch', rows: 'F15', about: 'backup heater takes no power' },
  pressureHighOpen: {
    kind: 'switch',
    rows: 'F13',
    about: 'high-pressure switch opens at any pressure; toggle it for a chattering contact',
  },
  pressureLowOpen: { kind: 'switch', rows: 'F13', about: 'low-pressure switch opens at any pressure' },
  gasAlarm: { kind: 'switch', rows: 'F16', about: 'gas contact opens (propane, or its wire is broken)' },
  accelHang: {
    kind: 'switch',
    rows: 'F24',
    about: 'accelerator burns all it can whatever its cap says, and its telemetry hangs',
  },
} as const satisfies Record<keyof PlantFaults, FaultDoc>;

type OfKind<K extends FaultDoc['kind']> = {
  [N in keyof typeof PLANT_FAULTS]: (typeof PLANT_FAULTS)[N]['kind'] extends K ? N : never;
}[keyof typeof PLANT_FAULTS];

/** Names of the faults of one kind. */
export const faultsOfKind = <K extends FaultDoc['kind']>(kind: K): [OfKind<K>, ...OfKind<K>[]] =>
  Object.entries(PLANT_FAULTS)
    .filter(([, doc]) => doc.kind === kind)
    .map(([name]) => name) as [OfKind<K>, ...OfKind<K>[]];
