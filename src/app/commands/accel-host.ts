import { readFileSync } from 'node:fs';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { createAccelHost, serveAccelHost } from '../../hal/accel-host.ts';
import type { BusSpec } from '../../hal/board.ts';
import { openLinuxBuses } from '../../hal/buses/linux.ts';
import { DRIVERS } from '../../hal/drivers/index.ts';
import type { Device } from '../../hal/types.ts';
import { type Command, parseCommand, print, say } from '../command.ts';

const monoMs = () => performance.now();

/** The accelerators of this machine, by the driver that knows them. */
async function openCards(name: string, cards: string | undefined): Promise<Device> {
  const buses: Record<string, { spec: BusSpec; params: Record<string, unknown> }> = {
    'nvidia-smi': { spec: { kind: 'command', program: 'nvidia-smi' }, params: { bus: 'cards' } },
    amdgpu: {
      spec: { kind: 'files', dir: '/sys/bus/pci/devices' },
      params: { bus: 'cards', nodes: cards?.split(',') ?? [] },
    },
  };
  const chosen = buses[name];
  const driver = DRIVERS.find((d) => d.name === name);
  if (!chosen || !driver) throw new HeatmineError('USAGE', `which cards? ${Object.keys(buses).join(' or ')}`);
  const params = driver.params.safeParse(chosen.params);
  if (!params.success) throw new HeatmineError('USAGE', 'amdgpu needs --cards 0000:03:00.0,... (see `lspci -D`)');
  return driver.open(params.data, { buses: openLinuxBuses({ buses: { cards: chosen.spec } }, monoMs), monoMs });
}

function placeOf(listen: string, token: string | undefined): { path: string } | { host: string; port: number } {
  if (listen.startsWith('/')) return { path: listen };
  const match = /^tcp:\/\/([^:/]+):(\d{1,5})$/.exec(listen);
  if (!match) throw new HeatmineError('USAGE', '--listen takes a path of a unix socket or tcp://host:port');
  const [, host = '', port = ''] = match;
  if (!['127.0.0.1', 'localhost'].includes(host) && !token)
    throw new HeatmineError(
      'USAGE',
      `${listen} can be reached by others: give --token-file with a word of 16 letters or more`,
    );
  return { host, port: Number(port) };
}

async function runHost(args: string[]): Promise<number> {
  const { positionals, values, json } = parseCommand(
    args,
    {
      listen: { type: 'string', default: '/run/heatmine/accel.sock' },
      cards: { type: 'string' },
      'token-file': { type: 'string' },
    },
    1,
  );
  const file = values['token-file'];
  const token = typeof file === 'string' ? readFileSync(file, 'utf8').trim() : undefined;
  if (token !== undefined && token.length < 16) throw new HeatmineError('USAGE', `${file}: at least 16 letters`);
  const place = placeOf(String(values.listen), token);
  const device = await openCards(positionals[0] ?? '', values.cards as string | undefined);
  const host = createAccelHost(device, monoMs, token);
  const server = await serveAccelHost(host, place).catch((error) => {
    throw new HeatmineError('PORT_IN_USE', `${values.listen}: ${messageOf(error)}`, { cause: error });
  });
  if (json) print(JSON.stringify({ listen: values.listen }));
  say(`accelerators of this machine on ${values.listen}; the cap falls to 0 when nobody renews it`);
  await new Promise((done) => process.once('SIGTERM', done).once('SIGINT', done));
  await server.close();
  await device.write?.('capW', 0).catch((error) => say(`the cap could not be dropped: ${messageOf(error)}`));
  return 0;
}

export const accelHost: Command = {
  name: 'accel-host',
  about:
    'Serves the accelerators of this machine to the controller, with a dead-man of its own (needs root for the cap).',
  usage:
    'heatmine accel-host nvidia-smi|amdgpu [--cards PCI,...] [--listen PATH|tcp://host:port] [--token-file FILE] [--json]',
  example:
    'npm run -s heatmine -- accel-host nvidia-smi --listen tcp://192.168.1.9:9410 --token-file /etc/heatmine/token',
  run: runHost,
};
