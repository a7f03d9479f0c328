import { runChild } from '../../core/child.ts';
import { portsOf } from '../../core/config.ts';
import { startBroker } from './broker.ts';

runChild('broker', async ({ config, sockets, passwords, log }) => {
  const broker = await startBroker({
    unit: config.unit,
    discoveryPrefix: config.net.discoveryPrefix,
    passwords,
    tcp: { host: config.net.host, port: portsOf(config).mqtt },
    unixPath: sockets.broker,
    log,
  });
  return { stop: () => broker.close() };
});
