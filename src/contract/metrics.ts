/**
 * Everything /metrics tells, in base units (https://prometheus.io/docs/practices/naming/): the exposition and
 * docs/metrics.md derive from this table.
 */
export interface Metric {
  type: 'counter' | 'gauge' | 'histogram' | 'info';
  /** Last part of the name, as OpenMetrics wants it; left out where the value has none. */
  unit?: string;
  help: string;
  labels?: readonly string[];
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
}

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export const COMPUTE_METRICS = {
  heatmine_answers: { type: 'counter', help: 'Questions answered to the end.', labels: ['expert', 'finish', 'tier'] },
  heatmine_refusals: { type: 'counter', help: 'Questions not answered, by the code of the error.', labels: ['code'] },
  heatmine_questions: { type: 'gauge', help: 'Questions being answered or waiting.' },
  heatmine_deferred_questions: { type: 'gauge', help: 'Economy questions that wait for watts that are free.' },
  heatmine_first_token_seconds: {
    ...{ type: 'histogram', unit: 'seconds', buckets: SECONDS },
    help: 'From a question to the first token of its answer, waiting and loading included.',
  },
  heatmine_answer_seconds: {
    ...{ type: 'histogram', unit: 'seconds', buckets: SECONDS },
    help: 'From a question to the end of its answer.',
  },
  heatmine_tokens: {
    ...{ type: 'counter', labels: ['kind'] },
    help: 'Tokens really computed here, prompts included: for answers, and as filler.',
  },
  heatmine_compute_energy_joules: {
    ...{ type: 'counter', unit: 'joules' },
    help: 'Energy that the named card takes for these tokens; modelled on a simulated board.',
  },
  heatmine_compute_granted_watts: {
    ...{ type: 'gauge', unit: 'watts' },
    help: 'Power that control lets the accelerators draw now.',
  },
  heatmine_expert_memory_bytes: {
    ...{ type: 'gauge', unit: 'bytes', labels: ['expert'] },
    help: 'Memory of each expert that is loaded now.',
  },
  heatmine_expert_load_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: ['expert'] },
    help: 'Until the expert could answer: 0 when it is in memory.',
  },
  heatmine_expert_tokens: {
    ...{ type: 'counter', labels: ['expert'] },
    help: 'Tokens of each expert since the start, answers and filler.',
  },
  heatmine_expert_energy_joules: {
    ...{ type: 'gauge', unit: 'joules', labels: ['expert', 'source'] },
    help: 'Energy of these tokens: by watts read while the expert computed (source expert), or by the card, measured or modelled.',
  },
  heatmine_engine_crashes: {
    ...{ type: 'counter', labels: ['expert'] },
    help: 'Crashes of the engine process, by the expert in flight.',
  },
} as const satisfies Record<string, Metric>;

export const UNIT_METRICS = {
  heatmine_build: { type: 'info', help: 'What runs here.', labels: ['version', 'board', 'simulated'] },
  heatmine_up: { type: 'gauge', help: '1 while the process speaks, 0 once it is quiet.', labels: ['process'] },
  heatmine_temperature_celsius: {
    ...{ type: 'gauge', unit: 'celsius', labels: ['point'] },
    help: 'Temperatures as measured; a bad or missing point is left out.',
  },
  heatmine_power_watts: { type: 'gauge', unit: 'watts', labels: ['point'], help: 'Electric power as measured.' },
  heatmine_flow_cubic_meters_per_second: {
    ...{ type: 'gauge', unit: 'cubic_meters_per_second', labels: ['point'] },
    help: 'Water flows as measured.',
  },
  heatmine_frequency_hertz: { type: 'gauge', unit: 'hertz', labels: ['point'], help: 'Speeds as measured.' },
  heatmine_contact: { type: 'gauge', labels: ['point'], help: 'Contacts as read: 1 closed or in order, 0 open.' },
  heatmine_output: {
    ...{ type: 'gauge', labels: ['point'] },
    help: 'Outputs that are lines: 1 energised, 0 not.',
  },
  heatmine_output_ratio: { type: 'gauge', unit: 'ratio', labels: ['point'], help: 'Outputs with a level, 0 to 1.' },
  heatmine_output_watts: { type: 'gauge', unit: 'watts', labels: ['point'], help: 'Power caps that are set.' },
  heatmine_heat_watts: {
    ...{ type: 'gauge', unit: 'watts', labels: ['source'] },
    help: 'Heat into the water by its source, and what is rejected outdoors.',
  },
  heatmine_heat_needed_watts: { type: 'gauge', unit: 'watts', help: 'Heat the house needs now, by the model.' },
  heatmine_energy_joules: {
    ...{ type: 'counter', unit: 'joules', labels: ['kind'] },
    help: 'Heat and electricity since the counters began.',
  },
  heatmine_cop_ratio: { type: 'gauge', unit: 'ratio', help: 'Heat from the heat pump per compressor electricity.' },
  heatmine_safety_state: {
    type: 'gauge',
    help: '0 normal, 1 derated, 2 accelerator off, 3 heat pump off, 4 dead-man.',
  },
  heatmine_latched: { type: 'gauge', help: '1 when a fault waits for a person.' },
  heatmine_control_ticks: { type: 'counter', help: 'Ticks of the control loop since its start.' },
  heatmine_control_lateness_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: ['statistic'] },
    help: 'How late the ticks of the control loop come.',
  },
  heatmine_electricity_price_euros_per_joule: {
    ...{ type: 'gauge', unit: 'euros_per_joule' },
    help: 'What bought electricity costs now; times 3.6e6 for EUR/kWh.',
  },
} as const satisfies Record<string, Metric>;

export type UnitMetric = keyof typeof UNIT_METRICS;
