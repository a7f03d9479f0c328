import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import pkg from '../../../package.json' with { type: 'json' };
import { type ControlState, SAFETY_STATES } from '../../contract/messages.ts';
import { UNIT_METRICS, type UnitMetric } from '../../contract/metrics.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { unitOf } from '../../contract/units.ts';
import {
  createExposition,
  type Exposition,
  inPlainText,
  OPENMETRICS_END,
  OPENMETRICS_TYPE,
  PLAIN_TYPE,
} from '../../core/openmetrics.ts';

const COMPUTE_LIMIT_MS = 2_000;
const MAX_COMPUTE_CHARS = 4_000_000;
const J_PER_KWH = 3.6e6;

/** By the unit a point's name ends in: the family, and what makes it a base unit. */
const SENSOR_FAMILIES: Record<string, [UnitMetric, number]> = {
  '°C': ['heatmine_temperature_celsius', 1],
  W: ['heatmine_power_watts', 1],
  'L/min': ['heatmine_flow_cubic_meters_per_second', 1 / 60_000],
  Hz: ['heatmine_frequency_hertz', 1],
  '': ['heatmine_contact', 1],
};
const OUTPUT_FAMILIES: Record<string, [UnitMetric, number]> = {
  '': ['heatmine_output', 1],
  '%': ['heatmine_output_ratio', 0.01],
  W: ['heatmine_output_watts', 1],
};

export interface Metrics {
  /** The figures of the whole unit: control's from the view, compute's own as it tells them. */
  serve(req: IncomingMessage, res: ServerResponse): Promise<void>;
  close(): void;
}

export function createMetrics(view: { snapshot(): Snapshot }, computeSocket: string): Metrics {
  const agent = new Agent({ keepAlive: false });
  return {
    async serve(req, res) {
      const compute = await computeText(computeSocket, agent).catch(() => '');
      const text = unitText(view.snapshot(), compute !== '') + compute + OPENMETRICS_END;
      const isOpen = req.headers.accept?.includes('application/openmetrics-text') ?? false;
      const body = isOpen ? text : inPlainText(text);
      const type = { 'content-type': isOpen ? OPENMETRICS_TYPE : PLAIN_TYPE, vary: 'Accept' };
      res.writeHead(200, { ...type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' }).end(body);
    },
    close: () => agent.destroy(),
  };
}

export function unitText({ control }: Pick<Snapshot, 'control'>, computeUp: boolean): string {
  const out = createExposition(UNIT_METRICS);
  out.add('heatmine_up', control ? 1 : 0, { process: 'control' });
  out.add('heatmine_up', computeUp ? 1 : 0, { process: 'compute' });
  if (control) addControl(out, control);
  if (control?.price) out.add('heatmine_electricity_price_euros_per_joule', control.price.priceEurPerKwh / J_PER_KWH);
  return out.text();
}

function addControl(out: Exposition<UnitMetric>, control: ControlState): void {
  const { board, simulated, heat, energy, lateness } = control;
  out.add('heatmine_build', 1, { version: pkg.version, board, simulated: `${simulated}` });
  const points = (families: typeof SENSOR_FAMILIES, values: [string, number | null][]) => {
    for (const [point, value] of values) {
      const [family, factor] = families[unitOf(point)?.symbol ?? '?'] ?? [];
      if (family && factor && value !== null) out.add(family, value * factor, { point });
    }
  };
  const good = Object.entries(control.sensors).filter(([, { quality }]) => quality === 'good');
  points(
    SENSOR_FAMILIES,
    good.map(([point, { value }]) => [point, value]),
  );
  points(OUTPUT_FAMILIES, Object.entries(control.outputs));
  out.add('heatmine_heat_watts', heat.condenserW, { source: 'condenser' });
  out.add('heatmine_heat_watts', heat.accelW, { source: 'accelerator' });
  out.add('heatmine_heat_watts', heat.rejectedW, { source: 'rejected' });
  out.add('heatmine_heat_needed_watts', control.heatNeedW);
  const kinds = { heat: energy.heatKwh, accelerator_heat: energy.accelHeatKwh, compressor: energy.compressorKwh };
  for (const [kind, kwh] of Object.entries({ ...kinds, accelerator: energy.accelKwh })) {
    out.add('heatmine_energy_joules', kwh * J_PER_KWH, { kind });
  }
  if (energy.cop !== null) out.add('heatmine_cop_ratio', energy.cop);
  out.add('heatmine_safety_state', SAFETY_STATES.indexOf(control.safety));
  out.add('heatmine_latched', control.latched ? 1 : 0);
  out.add('heatmine_control_ticks', lateness.ticks);
  const late = { p50: lateness.p50Ms, p99: lateness.p99Ms, max: lateness.maxMs };
  for (const [statistic, ms] of Object.entries(late))
    out.add('heatmine_control_lateness_seconds', ms / 1000, { statistic });
}

/** Compute's own text without its end mark. */
function computeText(socketPath: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const req = request({ socketPath, agent, path: '/metrics', timeout: COMPUTE_LIMIT_MS }, async (res) => {
      try {
        let text = '';
        for await (const chunk of res.setEncoding('utf8')) {
          text += chunk;
          if (text.length > MAX_COMPUTE_CHARS) throw new Error('too long');
        }
        if (res.statusCode !== 200 || !text.endsWith(OPENMETRICS_END)) throw new Error('no metrics');
        resolve(text.slice(0, -OPENMETRICS_END.length));
      } catch (error) {
        reject(error);
      }
    });
    req.on('timeout', () => req.destroy(new Error('no answer in time')));
    req.on('error', reject);
    req.end();
  });
}
