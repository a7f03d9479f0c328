/** Names end in their unit; this table is what the ending means, once, for validation, Home Assistant and the page. */
export interface Unit {
  symbol: string;
  /** Plausible range on any board: outside it a reading is a fault, not a value. */
  min: number;
  max: number;
  /** Home Assistant sensor device_class, where one exists for this unit. */
  deviceClass?: string;
  decimals: number;
}

const UNITS: Record<string, Unit> = {
  EurPerKwh: { symbol: 'EUR/kWh', min: -2, max: 10, decimals: 3 },
  JPerToken: { symbol: 'J/token', min: 0, max: 1000, decimals: 2 },
  Wm2: { symbol: 'W/m²', min: 0, max: 1500, deviceClass: 'irradiance', decimals: 0 },
  Kwh: { symbol: 'kWh', min: 0, max: 1e9, deviceClass: 'energy', decimals: 2 },
  Lpm: { symbol: 'L/min', min: 0, max: 200, deviceClass: 'volume_flow_rate', decimals: 1 },
  Pct: { symbol: '%', min: 0, max: 100, decimals: 0 },
  Eur: { symbol: 'EUR', min: -1e6, max: 1e6, deviceClass: 'monetary', decimals: 2 },
  Hz: { symbol: 'Hz', min: 0, max: 400, deviceClass: 'frequency', decimals: 0 },
  Ms: { symbol: 'ms', min: 0, max: 1e12, deviceClass: 'duration', decimals: 0 },
  On: { symbol: '', min: 0, max: 1, decimals: 0 },
  Ok: { symbol: '', min: 0, max: 1, decimals: 0 },
  C: { symbol: '°C', min: -60, max: 150, deviceClass: 'temperature', decimals: 1 },
  K: { symbol: 'K', min: -100, max: 100, decimals: 1 },
  W: { symbol: 'W', min: -50_000, max: 50_000, deviceClass: 'power', decimals: 0 },
  J: { symbol: 'J', min: 0, max: 1e15, decimals: 0 },
  S: { symbol: 's', min: 0, max: 1e12, deviceClass: 'duration', decimals: 0 },
};

/** The unit a name ends in, longest ending first; undefined for a name without one. */
export function unitOf(name: string): Unit | undefined {
  const endings = Object.keys(UNITS).sort((a, b) => b.length - a.length);
  const ending = endings.find((e) => name.length > e.length && name.endsWith(e));
  return ending === undefined ? undefined : UNITS[ending];
}
