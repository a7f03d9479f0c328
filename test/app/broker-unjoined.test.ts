import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnUnit } from '../../src/app/spawn-unit.ts';
import { freeBase } from './free-base.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

test('a unit whose broker files are not there starts, heats, and says so in its log, on its page and in doctor', async () => {
  const house = "{ url: 'mqtts://127.0.0.1:1', passwordFile: keys/nowhere, caFile: keys/nobody.pem }";
  const portBase = await freeBase();
  const unit = spawnUnit({
    portBase,
    args: ['--speed', '60'],
    config: `net:\n  houseBroker: ${house}\n`,
    env: { HEATMINE_LOG: 'warn' },
  });
  try {
    await unit.until((s) => (s.control?.energy.heatKwh ?? 0) > 0 && s.compute !== null, 60_000);
    const told = /keys\/nowhere.*heats.*start/s;
    assert.match(unit.output(), told);
    const events = (await (await fetch(`${unit.url}/api/events?limit=20`)).json()) as { code: string; text: string }[];
    assert.match(events.find(({ code }) => code === 'BROKER_UNJOINED')!.text, told);
    const { stdout } = spawnSync(process.execPath, [entry, 'doctor', '--json', '--home', unit.home], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const found = (JSON.parse(stdout) as { level: string; text: string }[]).filter(({ text }) => /nowhere/.test(text));
    assert.equal(
      found.map(({ level }) => level),
      ['WARN'],
    );
  } finally {
    await unit.stop();
  }
});

test.run();
