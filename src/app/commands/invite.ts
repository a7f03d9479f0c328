import { connect } from 'node:net';
import qr from 'qrcode-terminal';
import { loadConfig, portsOf } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths } from '../../core/paths.ts';
import { loadIdentity } from '../../net/swarm/identity.ts';
import { inviteLine } from '../../net/swarm/invite.ts';
import { portBaseOf } from '../client.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';

const LISTENING_MS = 1000;

/** `host` as it is listened on. */
const isListening = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: host === '0.0.0.0' ? '127.0.0.1' : host, timeout: LISTENING_MS });
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });

async function printInvite(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, { qr: { type: 'boolean' } });
  const portBase = portBaseOf(paths, numberOption(values['port-base'], 'port-base', 1024, 65_000));
  const config = loadConfig(paths.home, portBase === undefined ? {} : { portBase });
  const { swarm } = config;
  if (!swarm.join)
    throw new HeatmineError('CONFIG_INVALID', `swarm.join is off in ${paths.config}: set it to true, then invite`);
  const port = portsOf(config).swarm;
  // The DHT is IPv4.
  const hosts = swarm.urls.map((url) => new URL(url).hostname).filter((host) => !host.startsWith('['));
  if (hosts.length === 0 && swarm.host !== '0.0.0.0') hosts.push(swarm.host);
  ensurePaths(paths);
  const own = { key: loadIdentity(paths.keys).id, url: swarm.urls[0] ?? `ws://${swarm.host}:${port}` };
  const relays = [...(swarm.relay && hosts.length ? [own] : []), ...swarm.relays];
  const bootstrap = [...hosts.map((host) => `${host}:${port}`), ...swarm.bootstrap];
  if (bootstrap.length + relays.length === 0) {
    const nobody = `${paths.config}: swarm.urls is empty, so the line would name nobody`;
    throw new HeatmineError('CONFIG_INVALID', `${nobody}; write how others dial this node, ws://HOST:${port}`);
  }
  if (!(await isListening(swarm.host, port)))
    say(`nothing listens on port ${port} now: start the unit, or give the --port-base that it runs with`);
  const line = inviteLine({ bootstrap, relays });
  if (hosts.length === 0)
    say('swarm.urls is empty: nobody outside can dial this node, the line names only those it knows itself');
  else if (hosts.every((host) => host.startsWith('127.')))
    say('this node listens on loopback: the line works on this machine only');
  print(json ? JSON.stringify({ line }) : line);
  if (!json && (values.qr === true || process.stdout.isTTY)) qr.generate(line, { small: true }, (text) => say(text));
  return 0;
}

export const invite: Command = {
  name: 'invite',
  about: 'Prints a line with which another node comes in: DHT nodes and relays with their keys. It holds no secret.',
  usage: 'heatmine invite [--qr] [--json]',
  example: 'npm run -s heatmine -- invite',
  run: printInvite,
};
