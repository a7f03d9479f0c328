import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNotify } from '../../src/app/notify-check.ts';
import { pathsOf } from '../../src/core/paths.ts';

const NTFY = 'https://ntfy.sh/a-name-nobody-guesses';

/** A home whose page has set this; as doctor sees it, level and text. */
function told(kept: string | undefined, notify = {}, { simulated = false, mode = 0o600 } = {}): string[] {
  const paths = pathsOf(mkdtempSync(join(tmpdir(), 'heatmine-notify-check-')));
  mkdirSync(paths.keys, { mode: 0o700 });
  if (kept !== undefined) {
    writeFileSync(join(paths.keys, 'notify.json'), kept);
    chmodSync(join(paths.keys, 'notify.json'), mode);
  }
  return checkNotify(paths, { notify }, simulated).map(({ level, text }) => `${level} ${text}`);
}
const only = (lines: string[]) => {
  assert.is(lines.length, 1, lines.join('\n'));
  return lines[0]!;
};

test('doctor: nobody to be told of a fault is a warning on a real board, and none on a simulated one', () => {
  assert.match(only(told(undefined)), /^WARN nobody is told of a fault at night: .*config\.yaml.*Log/);
  assert.match(only(told(undefined, {}, { simulated: true })), /^OK /);
});

test('doctor: who is set in config.yaml and on the page is named, without addresses', () => {
  const line = only(told(JSON.stringify({ ntfy: NTFY }), { webhook: 'https://example.org/hook' }));
  assert.match(line, /^OK faults go to ntfy, webhook; .*notify test/);
  assert.not.match(line, /guesses|\/hook|example/);
});

test('doctor: a damaged file of the page fails, and quotes nothing of it', () => {
  for (const damaged of ['{"ntfy": "https://ntfy.sh/secr', '{"ntfy": 7}', '']) {
    const line = only(told(damaged));
    assert.match(line, /^FAIL .*notify\.json cannot be read: .*set it anew there, under Log/);
    assert.not.match(line, 'secr');
  }
});

test('doctor: secrets that others may read, and a password that is not there', () => {
  const open = told(JSON.stringify({ ntfy: NTFY }), {}, { mode: 0o644 });
  assert.match(open[0]!, /^WARN others may read .*notify\.json.*: chmod 600 /);
  assert.match(open[1]!, /^OK /);
  const email = { to: 'me@example.org', host: 'mail.example.org', username: 'me', passwordFile: 'keys/smtp' };
  // Which file it is stands among the faults of config.yaml.
  assert.match(only(told(undefined, { email })), /^WARN nobody is told of a fault at night/);
  assert.match(only(told(undefined, { email, ntfy: NTFY })), /^OK faults go to ntfy;/);
  const byPage = JSON.stringify({ email: { to: 'me@example.org', host: 'mail.example.org', port: 587 } });
  assert.match(only(told(byPage, { email })), /^OK faults go to email;/);
});

test.run();
