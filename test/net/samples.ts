import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { SAFE_OUTPUTS, SENSOR_NAMES } from '../../src/contract/points.ts';
import type { MessageOf, TopicName } from '../../src/contract/topics.ts';

/** One valid message of every topic, for the tests of the broker, the API and history. */
const lease = <T>(value: T, seq = 1) => ({ value, ttlMs: 60_000, ageMs: 0, bootId: 'boot', seq });
const reason = { what: 'unit', code: 'IDLE', text: 'idle: the house is warm enough' };

export const SAMPLES: { [N in TopicName]: MessageOf<N> } = {
  controlState: {
    tick: 1,
    houseTimeMs: Date.parse('2025-01-15T06:00:00Z'),
    board: 'sim',
    simulated: true,
    speed: 1,
    action: 'heating',
    safety: 'S0',
    latched: false,
    setPoints: DEFAULT_SETPOINTS,
    sensors: Object.fromEntries(
      SENSOR_NAMES.map((name, i) => [name, { value: 20 + i, ageMs: 100, quality: 'good' as const }]),
    ) as MessageOf<'controlState'>['sensors'],
    outputs: SAFE_OUTPUTS,
    grantW: 4200,
    heatNeedW: 6000,
    heat: { condenserW: 3000, accelW: 2000, rejectedW: 0 },
    energy: { heatKwh: 12.5, accelHeatKwh: 4.5, compressorKwh: 3.1, accelKwh: 4.6, cop: 3.2 },
    overrides: [],
    reasons: [reason],
    lateness: { p50Ms: 0.2, p99Ms: 1, maxMs: 3, ticks: 100, realtime: false },
  },
  grant: lease({ watts: 4200, fillerW: 0, reason }),
  controlEvent: { timeMs: 1000, level: 'warn', source: 'control', code: 'SENSOR_STALE', text: 'roomC is stale' },
  want: lease({ wantW: 100, incomeEurPerKwh: 0, queued: 0 }),
  work: { bootId: 'boot', seq: 1, answerTokens: 10, fillerTokens: 0, card: 'rtx3090-8b-q4' },
  computeState: {
    card: { id: 'rtx3090-8b-q4', name: 'NVIDIA GeForce RTX 3090', count: 14, jPerToken: 2.97, modelled: true },
    experts: [],
    answered: 3,
    queued: 0,
    busy: false,
    answerTokens: 120,
    fillerTokens: 0,
    joules: 356,
    tokensPerS: 40,
    fillerW: 0,
    reason,
  },
  market: lease({ timeMs: 0, priceEurPerKwh: 0.28, exportEurPerKwh: 0.079, modelled: true }),
  plantTruth: {
    timeMs: 0,
    speed: 1,
    modelled: true,
    weather: { outdoorC: 2, solarWm2: 0, source: 'seeded' },
    roomC: 20.5,
    bufferC: 40,
    hotWaterC: 48,
    householdW: 300,
    pvW: 0,
    gridW: 5000,
    compressorW: 900,
    condenserW: 3000,
    accelW: 2000,
    accelHeatW: 2000,
    rejectedW: 0,
    houseHeatW: 5000,
    cop: 3.3,
    deadMan: 'held',
    ledgerErrorPct: 0.01,
  },
  set: { name: 'roomSetC', value: 21.5, by: 'test' },
  override: { kind: 'warmer', forMin: 180, byK: 1.5, id: 'a1', by: 'test' },
  zone: { zone: 'living', temperatureC: 20.8, humidityPct: 45, windowOpen: false, ageMs: 0 },
};
