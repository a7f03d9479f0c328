/** /metrics: what is generated from the table, and that the text keeps the rules of OpenMetrics. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { metricsPage } from '../../scripts/docs-metrics.ts';
import { createFigures } from '../../src/compute/figures.ts';
import { COMPUTE_METRICS, type Metric, UNIT_METRICS } from '../../src/contract/metrics.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { inPlainText } from '../../src/core/openmetrics.ts';
import { unitText } from '../../src/net/web/metrics.ts';
import { SAMPLES } from './samples.ts';
import { raw, withNet } from './web-helpers.ts';

const TABLE: Record<string, Metric> = { ...UNIT_METRICS, ...COMPUTE_METRICS };

test('docs/metrics.md is what the table says', () => {
  const committed = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  assert.fixture(committed, metricsPage(), 'run `npm run docs`');
});

test('names end in their base unit, and every metric has a sentence', () => {
  for (const [name, { unit, help }] of Object.entries(TABLE)) {
    assert.match(name, /^heatmine_[a-z0-9_]+$/);
    if (unit) assert.ok(name.endsWith(`_${unit}`), name);
    assert.not.match(name, /_(ms|kwh|celsius_degrees|percent|minutes|hours|kb|mb)(_|$)/);
    assert.match(help, /^[A-Z0-9].{10,}[.]$/, name);
  }
});

/** Reads an exposition by the rules of the specification, and says what breaks them. */
function read(text: string): { families: Map<string, string[]>; faults: string[] } {
  const families = new Map<string, string[]>();
  const faults: string[] = [];
  let family = '';
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) {
      if (families.has(type[1]!)) faults.push(`${type[1]} twice`);
      family = type[1]!;
      families.set(family, []);
    } else if (line.startsWith('# HELP ') || line.startsWith('# UNIT ')) {
      if (line.split(' ')[2] !== family) faults.push(line);
    } else {
      const sample = /^([a-z0-9_]+)(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+-]+$/.exec(line);
      const suffixes = { counter: ['_total'], info: ['_info'], gauge: [''], histogram: ['_bucket', '_count', '_sum'] };
      const allowed = suffixes[TABLE[family]?.type ?? 'gauge'].map((s) => family + s);
      if (!sample || !allowed.includes(sample[1]!)) faults.push(line);
      families.get(family)?.push(line);
    }
  }
  return { families, faults };
}

test('the figures of a unit: every family of the table, in base units', () => {
  const control = structuredClone(SAMPLES.controlState);
  control.energy.cop = 3.5;
  const { families, faults } = read(unitText({ control }, true));
  assert.equal(faults, []);
  const flow = families.get('heatmine_flow_cubic_meters_per_second');
  for (const [name, samples] of families) assert.ok(samples.length > 0 && name in UNIT_METRICS);
  const lpm = control.sensors.heatFlowLpm;
  if (lpm?.value) assert.ok(flow?.some((line) => Math.abs(Number(line.split(' ')[1]) - lpm.value! / 60_000) < 1e-9));
  assert.match(unitText({ control: null }, false), /process="control"\} 0/);
});

function sampleOfCompute(): string {
  const figures = createFigures();
  figures.answered('a', 'stop', 'standard', 0.02, 0.3);
  figures.answered('a', 'stop', 'standard', 0.3, 400);
  figures.refused(new HeatmineError('NO_POWER', 'dark'));
  figures.refused(new Error('secret inside'));
  const listed = { id: 'a"b\\', resident: true, memoryBytes: 5, loadS: 0 };
  return figures.text({
    catalogue: { list: () => [listed as never] },
    door: { questions: () => 1, economy: () => ({ active: 1, deferred: 2 }) },
    power: { now: () => ({ watts: 100, fillerW: 0, workW: 80, freeW: 0, reason: { what: '', code: '', text: '' } }) },
    work: {
      totals: () => ({ answerTokens: 7, fillerTokens: 1, answered: 2, joules: 3, answerS: 1 }),
      byExpert: () => new Map([[listed.id, 8]]),
    },
    energy: () => ({ tokens: 8, joules: 3, jPerToken: 0.375, energyFrom: 'expert' }),
    crashes: new Map([['a', 5]]),
  });
}

test('the figures of compute: counts, times in cumulative buckets, names of experts escaped', () => {
  const text = sampleOfCompute();
  assert.ok(text.endsWith('# EOF\n'));
  const { families, faults } = read(text.replace('# EOF\n', ''));
  assert.equal(faults, []);
  assert.equal([...families.keys()], Object.keys(COMPUTE_METRICS));
  const bucket = (name: string, le: string) =>
    Number(
      families
        .get(name)!
        .find((line) => line.includes(`le="${le}"`))!
        .split(' ')[1],
    );
  assert.equal(
    ['0.01', '0.025', '0.25', '0.5', '+Inf'].map((le) => bucket('heatmine_first_token_seconds', le)),
    [0, 1, 1, 2, 2],
  );
  assert.is(bucket('heatmine_answer_seconds', '120.0'), 1);
  assert.match(text, 'heatmine_answers_total{expert="a",finish="stop",tier="standard"} 2');
  assert.match(text, 'heatmine_refusals_total{code="INTERNAL"} 1');
  assert.not.match(text, 'secret');
});

test(
  'OpenMetrics for who asks for it, else the older text; both whole, also in length',
  withNet(async (net) => {
    const asked = (accept?: string) => raw(net, { path: '/metrics', headers: accept ? { accept } : {} });
    const prometheus = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const open = await asked(prometheus);
    assert.match(String(open.headers['content-type']), 'application/openmetrics-text; version=1.0.0');
    assert.ok(open.text.endsWith('# EOF\n'));
    for (const accept of [undefined, '*/*', 'text/plain', 'text/html,*/*;q=0.8']) {
      const plain = await asked(accept);
      assert.match(String(plain.headers['content-type']), 'text/plain; version=0.0.4');
      assert.not.match(plain.text, /# (EOF|UNIT)/);
      assert.is(Number(plain.headers['content-length']), Buffer.byteLength(plain.text));
      assert.is(plain.headers.vary, 'Accept');
    }
  }),
);

/** Debian's own, where its packages are; another one in the path does not see them. */
const PYTHON = '/usr/bin/python3';
const PARSER = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
from prometheus_client.parser import text_string_to_metric_families as plain
def told(found): return sorted((s.name, sorted(s.labels.items()), s.value) for f in found for s in f.samples)
def kinds(found): return {f.type for f in found}
open, older = sys.stdin.read().split('---')
assert told(families(open)) == told(plain(older)), older
assert kinds(plain(older)) == {'counter', 'gauge', 'histogram'}, kinds(plain(older))
print(len(list(families(open))))
`;
if (spawnSync(PYTHON, ['-c', 'import prometheus_client.openmetrics.parser']).status !== 0) {
  process.stdout.write('SKIP openmetrics: needs the parser of Prometheus (Debian: python3-prometheus-client)\n');
} else {
  test('a foreign parser, the one of Prometheus, reads all of it, and the same in the older text', () => {
    const control = structuredClone(SAMPLES.controlState);
    const unit = unitText({ control }, true);
    const text = unit + sampleOfCompute();
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', PARSER], { input: `${text}---${inPlainText(text)}` });
    assert.ok(Number(`${stdout}`) > 20, `${stderr}`);
  });
}

test.run();
