import { join } from 'node:path';
import { runChild } from '../core/child.ts';
import { systemClock } from '../core/clock.ts';
import { openLink } from '../core/link.ts';
import { pathsOf } from '../core/paths.ts';
import { startCompute } from './start.ts';

const shippedDir = join(import.meta.dirname, '../../models');

runChild('compute', async ({ config, home, sockets, passwords, log }) => {
  const url = `mqtt+unix://${sockets.broker}`;
  const link = openLink({ role: 'compute', unit: config.unit, url, password: passwords.compute ?? '', log });
  const { models: installedDir, state } = pathsOf(home);
  const speedFile = join(state, 'speed.json');
  const listen = { path: sockets.compute };
  const compute = await startCompute({
    config,
    shippedDir,
    installedDir,
    speedFile,
    listen,
    link,
    clock: systemClock,
    log,
  });
  return {
    async stop() {
      await compute.stop();
      await link.close();
    },
  };
});
