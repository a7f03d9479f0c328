import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEBIAN_KERNEL, inGuest } from '../hal/kernel/uml.ts';

/** HeatMine as docs/install.md installs it, under a real systemd as PID 1 of a user-mode Linux (systemd/memory.guest.ts is what runs beside it). */
const SYSTEMD = '/lib/systemd/systemd';
const repo = resolve(import.meta.dirname, '../..');
const installDoc = readFileSync(join(repo, 'docs/install.md'), 'utf8');
const service = /^\[Unit\]\n[\s\S]*?(?=^```)/m.exec(installDoc)![0];

/** Everything that is written stands in memory: the guest's root is this machine's, read-only. */
const body = `
for d in /opt /var/lib /var/cache /var/log /etc/systemd/system; do mount -t tmpfs tmp $d; done
mkdir /opt/heatmine && mount --bind ${repo} /opt/heatmine
for f in passwd group; do cp /etc/$f /run/$f; done
echo 'heatmine:x:990:990::/var/lib/heatmine:/bin/sh' >> /run/passwd
for g in heatmine:990 i2c:991 gpio:992 dialout:993; do
  grep -q "^\${g%:*}:" /run/group || echo "\${g%:*}:x:\${g#*:}:" >> /run/group
done
for f in passwd group; do mount --bind /run/$f /etc/$f; done
cat > /etc/systemd/system/heatmine.service <<'UNIT'
${service}
UNIT
cat > /etc/systemd/system/guest.service <<'UNIT'
[Unit]
After=heatmine.service
Wants=heatmine.service
[Service]
Type=oneshot
WorkingDirectory=/opt/heatmine
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
ExecStart=/opt/heatmine/node_modules/.bin/node test/app/systemd/memory.guest.ts
ExecStopPost=/bin/sh -c 'echo; echo "guest-code=$$EXIT_STATUS"; echo o > /proc/sysrq-trigger'
UNIT
exec ${SYSTEMD} --unit=guest.service --show-status=0
`;

if (!existsSync(DEBIAN_KERNEL) || !existsSync(SYSTEMD))
  process.stdout.write('SKIP systemd: needs Debian’s user-mode-linux and systemd\n');
else {
  test('F25: the service of docs/install.md runs; when its memory runs out compute goes, control never does', async () => {
    const { code, output } = await inGuest(DEBIAN_KERNEL, body, 400);
    assert.is(code, 0, output.slice(-4000));
    assert.is(Number(/Passed:\s+(\d+)/.exec(output)?.[1]), 2, output.slice(-4000));
  });
}

test.run();
