import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTUATOR_NAMES, SENSOR_NAMES } from '../src/contract/points.ts';
import { unitOf } from '../src/contract/units.ts';

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1]!);

/** What each folder may import of ours, besides itself. */
const MAY: Record<string, string[]> = {
  contract: [],
  core: ['contract'],
  hal: ['core', 'contract'],
  control: ['core', 'contract'],
  compute: ['core', 'contract'],
  net: ['core', 'contract'],
  app: ['contract', 'core', 'hal', 'control', 'compute', 'net'],
};
const PURE =
  /^(contract\/|control\/(?!loop\.ts|main\.ts|store\.ts|dimlog\.ts|ticks\.ts)|compute\/scheduler\/|compute\/merge\/(recipe|threshold|formats|evolution\/(genome|lines|litter|significance))\.ts|net\/swarm\/demand\/|hal\/sim\/plant\/)/;

test('a folder imports only what its row of the table allows', () => {
  for (const file of files) {
    const from = file.split('/')[0]!;
    for (const target of importsOf(file).filter((i) => i.startsWith('.'))) {
      const to = relative(src, resolve(src, dirname(file), target)).split('/')[0]!;
      const halForMain = to === 'hal' && (file === 'control/main.ts' || file === 'control/loop.ts');
      assert.ok(
        to === from || MAY[from]?.includes(to) || halForMain || to === '..',
        `${file} imports ${target}: ${from} may not know ${to}`,
      );
    }
  }
});

test('the pure cores know no node module, no clock and no chance', () => {
  for (const file of files.filter((f) => PURE.test(f))) {
    const text = readFileSync(join(src, file), 'utf8');
    for (const target of importsOf(file)) assert.not.ok(target.startsWith('node:'), `${file} imports ${target}`);
    assert.not.match(text, /Date\.now|performance\.now|Math\.random|new Date\(\)|setTimeout|setInterval/, file);
  }
});

test('no file over 250 lines', () => {
  for (const file of files) {
    const lines = readFileSync(join(src, file), 'utf8').split('\n').length - 1;
    assert.ok(lines <= 250, `src/${file} has ${lines} lines`);
  }
});

test('every point name ends in its unit', () => {
  for (const name of [...SENSOR_NAMES, ...ACTUATOR_NAMES]) assert.ok(unitOf(name), `${name} has no unit`);
});

test.run();
