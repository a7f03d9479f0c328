import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import type { Paths } from '../core/paths.ts';
import { asTyped } from '../core/words.ts';
import { keptIn, notifyFile, TARGETS } from '../net/notify-targets.ts';
import { type Finding, fail, ok, warn } from './hardware-check.ts';

const isOpenToOthers = (file: string) => (statSync(file).mode & 0o077) !== 0;

/** Whether a fault at night reaches anybody: who is set in config.yaml and on the page, and that secrets stay secrets. */
export function checkNotify({ home }: Paths, { notify }: Pick<Config, 'notify'>, simulated: boolean): Finding[] {
  const file = notifyFile(home);
  const kept = existsSync(file) ? keptIn(file) : {};
  const password = notify.email?.passwordFile && resolve(home, notify.email.passwordFile);
  // Told with its line among the faults of config.yaml.
  const isMute = password && !kept?.email && !existsSync(password);
  const findings: Finding[] = [];
  if (!kept)
    findings.push(
      fail(
        'notify',
        `${file} cannot be read: who was set on the page is told of no fault; set it anew there, under Log`,
      ),
    );
  for (const secret of [file, password])
    if (secret && existsSync(secret) && isOpenToOthers(secret))
      findings.push(
        warn('notify', `others may read ${secret}, which holds addresses or passwords: chmod 600 ${secret}`),
      );
  const targets = TARGETS.filter(
    (target) => (notify[target] ?? kept?.[target]) !== undefined && !(target === 'email' && isMute),
  );
  if (targets.length > 0)
    findings.push(ok('notify', `faults go to ${targets.join(', ')}; ${asTyped('notify test')} tries each`));
  else if (simulated) findings.push(ok('notify', 'nobody is told of a fault, and a simulated house needs nobody'));
  else if (kept)
    findings.push(
      warn(
        'notify',
        `nobody is told of a fault at night: set notify in config.yaml, or somebody on the page, under Log`,
      ),
    );
  return findings;
}
