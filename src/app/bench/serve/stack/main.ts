import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCompute } from '../../../../compute/start.ts';
import type { MessageOf, TopicName } from '../../../../contract/topics.ts';
import { systemClock } from '../../../../core/clock.ts';
import { Config } from '../../../../core/config.ts';
import { leaseStamp } from '../../../../core/lease.ts';
import { createLog } from '../../../../core/log.ts';
import { startBroker } from '../../../../net/broker/broker.ts';
import { startNet } from '../../../../net/net.ts';

/**
 * Net and compute with their engine process, watts granted and no filler, in a process of their own. Arguments: a scratch
 * directory with models/, and the program of the engine process when it is another one. Says its port; when told
 * `cpu`, the processor time so far of itself and of its engine, and when told `engine`, of that alone.
 */
const [dir = '', engineFile] = process.argv.slice(2);
const PASSWORDS = Object.fromEntries(['control', 'compute', 'net', 'home', 'plant'].map((role) => [role, role]));
const GRANT_MS = 1000;
const TICKS_PER_S = 100;

const log = createLog('bench', 'silent');
const config = { ...Config.parse({ unit: 'bench', compute: { memoryMiB: 4096 } }), portBase: 0 };
const sockets = { broker: join(dir, 'b.sock'), compute: join(dir, 'c.sock') };
await startBroker({
  ...{ unit: config.unit, discoveryPrefix: 'homeassistant', passwords: PASSWORDS, log },
  ...{ tcp: { host: '127.0.0.1', port: 0 }, unixPath: sockets.broker },
});
const listeners: [TopicName, (message: never) => void][] = [];
const link = {
  publish: () => {},
  on: <N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void) =>
    void listeners.push([name, listener as (message: never) => void]),
};
await startCompute({
  ...{ config, shippedDir: join(dir, 'none'), installedDir: join(dir, 'models'), listen: { path: sockets.compute } },
  ...{ link, clock: systemClock, log, ...(engineFile ? { engineFile } : {}) },
});
const stamp = leaseStamp<MessageOf<'grant'>['value']>('bench', 3 * GRANT_MS);
const grant = () => {
  const lease = stamp({ watts: 1e9, fillerW: 0, reason: { what: 'grant', code: 'bench', text: 'bench' } });
  for (const [name, listener] of listeners) if (name === 'grant') listener(lease as never);
};
grant();
setInterval(grant, GRANT_MS);
const net = await startNet({
  ...{ config, sockets, password: PASSWORDS.net!, home: dir, stateDir: dir, distDir: join(dir, 'none'), log },
});

/** User and system time of the children, from the kernel's count. */
function childrenCpuUs(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_S;
  }, 0);
}

process.on('message', (question) => {
  const engineUs = childrenCpuUs();
  if (question === 'engine') return void process.send!({ engineUs });
  const { user, system } = process.cpuUsage();
  process.send!({ cpuUs: user + system + engineUs });
});
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.send!({ port: net.port });
