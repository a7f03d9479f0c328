import { ACTUATOR_NAMES, type ActuatorName, type Outputs, SAFE_OUTPUTS } from '../../contract/points.ts';

/** Without an edge on its line for this long the monostable of the dead-man relay falls off. */
export const DEAD_MAN_MS = 300;
const LOG_LIMIT = 20_000;

/** What the dead-man relay takes with it: coil supplies and, through normally closed contacts, pumps, fan and valve. */
export const CHAIN: readonly ActuatorName[] = [
  'compressorOn',
  'accelSupplyOn',
  'backupHeaterOn',
  'coolingOn',
  'hotWaterOn',
  'accelPumpPct',
  'circulationPct',
  'dryCoolerPct',
  'rejectOn',
];

export interface LineChange {
  actuator: ActuatorName;
  value: number;
  atMs: number;
}

/** What the actuators do, whoever asked for it, and since when: the evidence of the kill tests. */
export interface LinesReport {
  nowMs: number;
  deadMan: 'held' | 'dropped';
  deadManSinceMs: number;
  outputs: Outputs;
  /** Milliseconds since each actuator last changed. */
  unchangedMs: Record<ActuatorName, number>;
  log: LineChange[];
}

export interface OutputLines {
  /** What control asks for. */
  command(name: ActuatorName, value: number): void;
  /** An edge on the dead-man line. */
  edge(): void;
  /** Lets the relay fall once its time is over; at least every 20 ms. */
  check(): void;
  held(): boolean;
  /** What reaches the machine. */
  effective(): Outputs;
  report(sinceMs?: number): LinesReport;
}

export function createOutputs(monoMs: () => number): OutputLines {
  const commanded: Outputs = { ...SAFE_OUTPUTS };
  let effective: Outputs = { ...SAFE_OUTPUTS };
  let held = false;
  let heldChangedMs = monoMs();
  let edgeMs = Number.NEGATIVE_INFINITY;
  const changedMs = Object.fromEntries(ACTUATOR_NAMES.map((n) => [n, monoMs()])) as Record<ActuatorName, number>;
  let log: LineChange[] = [];
  function settle(name: ActuatorName): void {
    const value = !held && CHAIN.includes(name) ? SAFE_OUTPUTS[name] : commanded[name];
    if (effective[name] === value) return;
    effective = { ...effective, [name]: value };
    changedMs[name] = monoMs();
    if (log.length >= LOG_LIMIT) log = log.slice(LOG_LIMIT / 2);
    log.push({ actuator: name, value, atMs: changedMs[name] });
  }
  function turn(to: boolean): void {
    if (held === to) return;
    held = to;
    heldChangedMs = monoMs();
    for (const name of CHAIN) settle(name);
  }
  return {
    command(name, value) {
      commanded[name] = value;
      settle(name);
    },
    edge() {
      edgeMs = monoMs();
      turn(true);
    },
    check() {
      if (monoMs() - edgeMs >= DEAD_MAN_MS) turn(false);
    },
    held: () => held,
    effective: () => effective,
    report(sinceMs = Number.NEGATIVE_INFINITY) {
      const nowMs = monoMs();
      const unchangedMs = { ...changedMs };
      for (const name of ACTUATOR_NAMES) unchangedMs[name] = nowMs - changedMs[name];
      return {
        nowMs,
        deadMan: held ? 'held' : 'dropped',
        deadManSinceMs: nowMs - heldChangedMs,
        outputs: effective,
        unchangedMs,
        log: log.filter((change) => change.atMs >= sinceMs),
      };
    },
  };
}
