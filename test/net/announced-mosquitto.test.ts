import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import type { Link } from '../../src/core/link.ts';
import { onlinePath } from '../../src/net/broker/acl.ts';
import { openAnnouncer } from '../../src/net/hass/announce.ts';
import { LATE_MS } from '../../src/net/hass/announced.ts';
import { config, LIVING, NOBODY, start, withHouse } from './announced-rig.ts';
import { log, passwords, scratch, sleep, testBroker, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** What stays in Home Assistant, at a broker that outlives us: Debian's mosquitto, read by its mosquitto_sub. */
const missing = ['mosquitto', 'mosquitto_sub', 'mosquitto_pub'].filter((p) => spawnSync(p, ['--help']).error);

if (missing.length) {
  process.stdout.write(`SKIP announced-mosquitto: needs ${missing.join(', ')} (Debian: mosquitto mosquitto-clients)\n`);
} else {
  test('started anew with one room less, and one that tells less: each goes, when it can no longer be late', () =>
    withHouse(async ({ dir, url, listen, kept }) => {
      const first = start(dir, url, { zones: { living: LIVING, attic: LIVING } });
      const { heard } = await listen();
      await until('both rooms', () => heard.filter(({ topic }) => topic.includes('_zone_')).length === 2);
      await first.end();

      const second = start(dir, url, { zones: { living: { temperatureC: 20 } } });
      try {
        heard.length = 0;
        const living = () =>
          heard
            .filter(({ topic }) => topic === config('cellar_zone_living'))
            .map(({ text }) => JSON.parse(text).cmps.zone_humidity);
        await until('announced', () => living().length === 1);
        assert.equal(living(), [undefined], 'not announced, and not taken away: it may be late');
        second.see(LATE_MS.component - 1);
        await sleep(300);
        assert.is(living().length, 1);
        second.see(LATE_MS.component);
        await until('parting and announcement', () => living().length === 3);
        assert.equal(living(), [undefined, { p: 'sensor' }, undefined]);
        assert.ok((await kept()).includes(config('cellar_zone_attic')), 'a room may be silent for an hour');
        second.see(LATE_MS.device);
        await until('the other room', () =>
          heard.some(({ topic, text }) => topic === config('cellar_zone_attic') && text === ''),
        );
        const left = await kept();
        assert.not.ok(left.includes(config('cellar_zone_attic')));
        assert.ok(left.includes(config('cellar_zone_living')));
        assert.is(living().length, 4, 'said again, and no parting');
      } finally {
        await second.end();
      }
    }));

  test('a room of config.yaml that is silent stays', () =>
    withHouse(async ({ dir, url, listen, kept }) => {
      const zones = { living: LIVING, attic: LIVING };
      const first = start(dir, url, { zones });
      const { heard } = await listen();
      await until('both rooms', () => heard.filter(({ topic }) => topic.includes('_zone_')).length === 2);
      await first.end();
      const comfort = { zoneWeights: { attic: 2 } };
      const second = start(dir, url, { zones: { living: LIVING }, house: { comfort } });
      try {
        heard.length = 0;
        second.see(LATE_MS.device);
        await until('announced', () => heard.some(({ topic }) => topic === config('cellar_zone_living')));
        await sleep(300);
        assert.ok((await kept()).includes(config('cellar_zone_attic')));
      } finally {
        await second.end();
      }
    }));

  test('commands no longer taken: what sent them goes at once', () =>
    withHouse(async ({ dir, url, listen }) => {
      const { heard } = await listen();
      const first = start(dir, url, { zones: {} });
      const buttons = () =>
        heard.filter(({ topic }) => topic === config('cellar')).map(({ text }) => JSON.parse(text).cmps.warmer3h);
      await until('announced', () => buttons().length === 1);
      await first.end();
      const second = start(dir, url, { zones: {}, commands: false });
      try {
        await until('parting and announcement', () => buttons().length === 3);
        assert.equal(buttons().slice(1), [{ p: 'button' }, undefined]);
      } finally {
        await second.end();
      }
    }));

  test('another prefix, then another name: all that was ours is emptied, what is not stays', () =>
    withHouse(async ({ dir, url, listen, kept }) => {
      const theirs = await mqtt.connectAsync(url);
      const NOT_OURS = [config('garage'), 'ha/sensor/x/config', topicPath('garage', 'controlState')];
      const ours = (unit: string, prefix: string) =>
        [unit, `${unit}_accelerator`, `${unit}_zone_living`].map((device) => config(device, prefix));
      try {
        for (const topic of NOT_OURS) await theirs.publishAsync(topic, '{}', { retain: true, qos: 1 });
        const { heard } = await listen();
        const first = start(dir, url, { zones: { living: LIVING } });
        await until(
          'announced',
          () => heard.filter(({ topic }) => topic.startsWith('ha/device/heatmine_cellar')).length === 3,
        );
        // What carry keeps there of the unit's own states.
        await theirs.publishAsync(topicPath('cellar', 'controlState'), '{}', { retain: true, qos: 1 });
        await first.end();

        const second = start(dir, url, { prefix: 'heim', zones: { living: LIVING } });
        for (const topic of ours('cellar', 'ha'))
          await until(`${topic} emptied`, () => heard.some((h) => h.topic === topic && h.text === ''));
        await second.end();
        const moved = (await kept()).sort();
        const states = [onlinePath('cellar'), topicPath('cellar', 'controlState')];
        assert.equal(moved, [...ours('cellar', 'heim'), ...states, ...NOT_OURS].sort());

        const third = start(dir, url, { unit: 'attic', prefix: 'heim', zones: { living: LIVING } });
        await until('old states emptied', () => states.every((s) => heard.some((h) => h.topic === s && h.text === '')));
        await third.end();
        assert.equal((await kept()).sort(), [...ours('attic', 'heim'), onlinePath('attic'), ...NOT_OURS].sort());
      } finally {
        await theirs.endAsync(true);
      }
    }));

  test('a name that another unit has taken over is left to it, and forgotten', () =>
    withHouse(async ({ dir, url, listen, kept }) => {
      const { heard } = await listen();
      const first = start(dir, url, { zones: {} });
      await until('announced', () => heard.some(({ topic }) => topic === config('cellar_accelerator')));
      await first.end();
      const other = await mqtt.connectAsync(url);
      const speak = setInterval(() => other.publish(topicPath('cellar', 'controlState'), '{}', { retain: true }), 300);
      try {
        for (let i = 0; i < 2; i++) {
          const renamed = start(dir, url, { unit: 'attic', zones: {} });
          await sleep(2500);
          await renamed.end();
          assert.ok((await kept()).includes(config('cellar')));
          // Silent now, and yet: it has been forgotten.
          clearInterval(speak);
        }
      } finally {
        clearInterval(speak);
        await other.endAsync(true);
      }
    }));
}

test('at our own broker, what went is taken away once Home Assistant has come back: an old name, and what a setting took', async () => {
  const { dir, remove } = scratch();
  const broker = await testBroker();
  const unit = 'testunit';
  const old = config('old', 'homeassistant');
  const ours = config(unit, 'homeassistant');
  const devices = { [old]: [], 'heim/device/x/config': [] };
  const file = join(dir, 'announced.json');
  const state = {
    own: { old: { devices, states: [] }, [unit]: { devices: { [ours]: ['update/update'] }, states: [] } },
  };
  writeFileSync(file, JSON.stringify(state));
  const where = { home: dir, stateDir: dir, broker: broker.unixPath, password: passwords.net! };
  const link = NOBODY as Link;
  const announcer = openAnnouncer({ config: Config.parse({ unit }), ...where, link, log, tell() {} });
  const record = () => JSON.parse(readFileSync(file, 'utf8')).own;
  try {
    announcer.seen(SAMPLES.controlState);
    await until('announced', () => record()[unit].devices[ours].length > 10);
    await sleep(300);
    const home = await broker.client('home');
    const heard: [topic: string, text: string][] = [];
    home.on('message', (topic, text) => heard.push([topic, `${text}`]));
    await home.subscribeAsync('homeassistant/#');
    await until('what is kept', () => heard.some(([topic]) => topic === ours));
    heard.length = 0;
    await home.publishAsync('homeassistant/status', 'online');
    await until('emptied', () => heard.some(([topic, text]) => topic === old && text === ''));
    const updates = heard.filter(([topic]) => topic === ours).map(([, text]) => JSON.parse(text).cmps.update);
    assert.equal(updates, [{ p: 'update' }, undefined]);
    await until('done', () => !('old' in record()) && !record()[unit].devices[ours].includes('update/update'));
    assert.equal(Object.keys(broker.refusals()), [], 'what the broker would not let be written is not tried');
  } finally {
    await announcer.close();
    await broker.end();
    remove();
  }
});

test.run();
