import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnUnit } from '../../src/app/spawn-unit.ts';

const ENTRY = fileURLToPath(new URL('../../scripts/heatmine.mjs', import.meta.url));
const START_MS = 120_000;

test('`heatmine commission` ended by a signal of any kind ends the checks in the unit, and says so', async () => {
  const unit = spawnUnit({ portBase: 23_660 });
  try {
    await unit.until((s) => s.control?.setPoints.operation === 'auto', START_MS);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      const child = spawn(process.execPath, [ENTRY, 'commission', '--yes', '--home', unit.home]);
      let said = '';
      for await (const chunk of child.stderr.setEncoding('utf8')) {
        said += chunk;
        if (/checking: /.test(said) && !child.killed) {
          assert.is((await unit.state()).control!.setPoints.operation, 'commission');
          child.kill(signal);
        }
      }
      if (child.exitCode === null) await once(child, 'exit');
      assert.is(child.exitCode, 2, `${signal}: ${said}`);
      assert.match(said, "the checks ended here: the unit's operation is auto again");
      assert.is((await unit.state()).control!.setPoints.operation, 'auto', signal);
    }
  } finally {
    await unit.stop();
  }
});

test.run();
