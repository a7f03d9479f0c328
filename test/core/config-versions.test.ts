import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/core/config.ts';
import { type Disk, migrateFile, realDisk } from '../../src/core/config-file.ts';
import { CONFIG_VERSION, migrateText } from '../../src/core/config-versions.ts';

const old = (name: string) => readFileSync(join(import.meta.dirname, 'old-configs', name), 'utf8');
const RICH = old('v1-rich.yaml');
const NOW_MS = Date.parse('2026-11-26T19:12:00Z');
const migrated = (text: string) => migrateText(text, 'config.yaml');

let home: string;
test.before.each(() => {
  home = mkdtempSync(join(tmpdir(), 'hm-versions-'));
});
test.after.each(() => rmSync(home, { recursive: true }));
const file = () => join(home, 'config.yaml');

test('a file of version 1 becomes one of this version: old names go, all else stays to the last space', () => {
  const { text, from, changes } = migrated(RICH);
  assert.is(from, 1);
  const expected = RICH.replace('version: 1 ', `version: ${CONFIG_VERSION} `)
    .replace('  join:               #', '  houseBroker:               #')
    .replace('    watts: 300', '    powerW: 300')
    .replace('"minPrice":  500, debtLimit: 20000', '"minPriceUcPerMtok":  500, debtLimitUc: 20000');
  assert.is(text, expected);
  assert.equal(changes, [
    'net.join -> net.houseBroker',
    'compute.fillerCommand.watts -> compute.fillerCommand.powerW',
    'swarm.serve.minPrice -> swarm.serve.minPriceUcPerMtok',
    'swarm.serve.debtLimit -> swarm.serve.debtLimitUc',
  ]);
  const config = parseConfig(RICH, 'config.yaml');
  assert.is(config.net.houseBroker!.url, 'mqtts://192.168.1.10:8883');
  assert.is(config.compute.fillerCommand!.powerW, 300);
  assert.is(config.swarm.serve!.minPriceUcPerMtok, 500);
  assert.is(config.swarm.serve!.debtLimitUc, 20_000);
  assert.is(config.swarm.join, true, 'the other join is another thing');
  assert.is(config.house.designLoadW, 9000);
});

test('what config init wrote as version 1 is the same house', () => {
  const { text, changes } = migrated(old('v1-init.yaml'));
  assert.is(text, old('v1-init.yaml').replace('version: 1', `version: ${CONFIG_VERSION}`));
  assert.equal(changes, []);
  assert.is(parseConfig(text, 'x').house.designLoadW, 9000);
});

test('its own answer is left alone, line ends of Windows too; a file without a version is read by its names', () => {
  for (const text of [
    RICH,
    RICH.replaceAll('\n', '\r\n'),
    'net: { join: { url: "mqtt://a:1883" } }',
    '',
    '# no',
    'x: [',
  ]) {
    const once = migrated(text).text;
    assert.is(migrated(once).text, once);
  }
  assert.is(
    parseConfig("'net': {? join\n : {url: 'mqtt://a:1883'}}", 'x').net.houseBroker!.url,
    'mqtt://a:1883',
    'keys in quotes and behind a question mark',
  );
  assert.is(migrated('unit: a\nnet: {houseBroker: {url: mqtt://a:1883}}\n').changes.length, 0);
});

test('faults are told where they stand in the file of the owner, not in the migrated one', () => {
  const faultsOf = (text: string) => {
    try {
      parseConfig(text, 'c.yaml');
    } catch (error) {
      return (error as Error).message.split('\n');
    }
    return [];
  };
  const inFlow = 'swarm: { serve: { accept: [power, liability, tax], minPrice: -1, debtLimit: x, experts: [a] } }\n';
  const [price, debt] = faultsOf(inFlow);
  assert.ok(price!.startsWith(`c.yaml:1:${inFlow.indexOf('-1') + 1}: swarm.serve.minPriceUcPerMtok`), price);
  assert.ok(debt!.startsWith(`c.yaml:1:${inFlow.indexOf(' x') + 2}: swarm.serve.debtLimitUc`), debt);
  assert.match(
    faultsOf('version: 1\nnet:\n  join: 3\n  houseBroker: 4\n').join('\n'),
    /c\.yaml:3:3: unknown key "net\.join"/,
  );
  assert.match(faultsOf('version: 2\nnet:\n  join: {}\n').join('\n'), /c\.yaml:3:3: unknown key "net\.join"/);
  assert.match(faultsOf('version: one\nunit: A\n').join('\n'), /c\.yaml:1:10: version: /);
});

test('JSON without a space is YAML too', () => {
  const json = JSON.stringify({
    net: { join: { url: 'mqtt://a:1883' } },
    compute: { fillerCommand: { watts: 5, run: 'x' } },
  });
  assert.is(migrated(json).text, json.replace('join', 'houseBroker').replace('watts', 'powerW'));
  assert.is(parseConfig(json, 'x').compute.fillerCommand?.powerW, 5);
});

test('a version that is not known yet is refused by one line that says what to do', () => {
  assert.throws(
    () => parseConfig(`unit: a\nversion: ${CONFIG_VERSION + 1}\nnew: 1\n`, 'c.yaml'),
    new RegExp(`^c\\.yaml:2:10: version ${CONFIG_VERSION + 1} is of a newer HeatMine.*: update the program`),
  );
});

test('any order, comments and indentation: the same house comes out, and only names have changed', () => {
  const comment = fc.constantFrom('', '  # why', ' # {join: [}');
  const part = fc.record({
    gap: fc.constantFrom('', '\n', '# between\n'),
    indent: fc.integer({ min: 1, max: 4 }),
    comment,
  });
  fc.assert(
    fc.property(
      fc.tuple(part, part, part),
      fc.shuffledSubarray(['net', 'compute', 'swarm'], { minLength: 3 }),
      (p, order) => {
        const [net, compute, swarm] = p.map(({ indent }) => ' '.repeat(indent));
        const blocks: Record<string, string> = {
          net: `net:${p[0].comment}\n${net}join:${p[0].comment}\n${net} url: mqtt://join:1883${p[0].comment}\n${p[0].gap}`,
          compute: `compute:\n${compute}fillerCommand: {watts: 7, run: "watts: 7"}${p[1].comment}\n${p[1].gap}`,
          swarm: `swarm:\n${swarm}join: false${p[2].comment}\n${p[2].gap}`,
        };
        const text = order.map((name) => blocks[name]).join('');
        const after = migrated(text).text;
        assert.is(
          after.replace('houseBroker:', 'join:').replace('powerW: 7', 'watts: 7'),
          text,
          'nothing but the two names',
        );
        const config = parseConfig(text, 'x');
        assert.equal(
          [config.net.houseBroker?.url, config.compute.fillerCommand],
          ['mqtt://join:1883', { powerW: 7, run: 'watts: 7' }],
        );
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test('the old file is kept first, under a name that nothing had; mode and link stay', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'hm-etc-'));
  try {
    writeFileSync(join(elsewhere, 'mine.yaml'), RICH, { mode: 0o640 });
    symlinkSync(join(elsewhere, 'mine.yaml'), file());
    writeFileSync(join(elsewhere, 'mine.yaml.v1-2026-11-26T191200'), 'of somebody else');
    const done = migrateFile(file(), NOW_MS)!;
    assert.is(done.backup, join(realpathSync(elsewhere), 'mine.yaml.v1-2026-11-26T191200-2'));
    assert.is(readFileSync(done.backup, 'utf8'), RICH);
    assert.is(readFileSync(join(elsewhere, 'mine.yaml.v1-2026-11-26T191200'), 'utf8'), 'of somebody else');
    assert.is(readFileSync(file(), 'utf8'), migrated(RICH).text);
    assert.is(realpathSync(file()), join(realpathSync(elsewhere), 'mine.yaml'));
    assert.equal([statSync(file()).mode & 0o777, statSync(done.backup).mode & 0o777], [0o640, 0o640]);
    assert.is(migrateFile(file(), NOW_MS + 1000), undefined, 'there is nothing left to do');
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('what would not be sound afterwards is left as it is', () => {
  const text = RICH.replace('designLoadW: 9000', 'designLoadW: nine');
  writeFileSync(file(), text);
  assert.throws(() => migrateFile(file(), NOW_MS), /designLoadW/);
  assert.equal(readdirSync(home), ['config.yaml']);
  assert.is(readFileSync(file(), 'utf8'), text);
});

class PowerCut extends Error {}
/** Fails at the nth step: before it, or with half of it done where it can be halved. */
function cutAt(n: number, half: boolean): Disk {
  let step = 0;
  const guard =
    <A extends unknown[]>(work: (...args: A) => void, halved?: (...args: A) => void) =>
    (...args: A) => {
      if (step++ === n) {
        if (half) (halved ?? work)(...args);
        throw new PowerCut();
      }
      work(...args);
    };
  return {
    write: guard(realDisk.write, (to, bytes, like) => realDisk.write(to, bytes.subarray(0, bytes.length / 2), like)),
    link: guard(realDisk.link),
    rename: guard(realDisk.rename),
    remove: guard(realDisk.remove),
    sync: guard(realDisk.sync),
  };
}

test('a power cut before, in and after each step: a whole file is there, and the next start ends alike', () => {
  let cuts = 0;
  for (const half of [false, true])
    for (let n = 0; ; n++) {
      for (const name of readdirSync(home)) rmSync(join(home, name));
      writeFileSync(file(), RICH);
      try {
        migrateFile(file(), NOW_MS, cutAt(n, half));
        break;
      } catch (error) {
        assert.instance(error, PowerCut);
      }
      cuts++;
      const between = readFileSync(file(), 'utf8');
      assert.ok(between === RICH || between === migrated(RICH).text, `step ${n}: neither old nor new`);
      const isDone = between !== RICH;
      const again = migrateFile(file(), NOW_MS + 60_000);
      assert.is(again === undefined, isDone, `step ${n}`);
      assert.is(readFileSync(file(), 'utf8'), migrated(RICH).text);
      const kept = readdirSync(home).filter((name) => name !== 'config.yaml');
      assert.is(kept.length, 1, `step ${n}: ${kept}`);
      assert.match(kept[0]!, /^config\.yaml\.v1-2026-11-26T191[23]00$/);
      assert.is(readFileSync(join(home, kept[0]!), 'utf8'), RICH);
    }
  assert.ok(cuts >= 18, `${cuts} cuts`);
});

test.run();
