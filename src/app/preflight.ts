import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { scanExperts, verifiedSpec } from '../compute/experts.ts';
import type { Config } from '../core/config.ts';
import { portsOf } from '../core/config.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';

export function portFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Refuses before anything is started: a port in use, a unit already running in this home. */
export async function preflight(config: Config, paths: Paths, simulated: boolean): Promise<void> {
  const pid = runningPid(paths);
  if (pid !== undefined) {
    throw new HeatmineError(
      'PORT_IN_USE',
      `a unit already runs in ${paths.home} (process ${pid}); use another --home for a second one`,
    );
  }
  const ports = portsOf(config);
  const wanted: [string, number, string][] = [
    ['the page', ports.http, config.net.host],
    ['MQTT', ports.mqtt, config.net.host],
    ...(config.swarm.join ? ([['the swarm', ports.swarm, config.swarm.host]] as [string, number, string][]) : []),
    ...(simulated
      ? ([['the simulated Modbus line', ports.plantModbus, '127.0.0.1']] as [string, number, string][])
      : []),
  ];
  for (const [what, port, host] of wanted) {
    if (!(await portFree(port, host)))
      throw new HeatmineError('PORT_IN_USE', `port ${port} on ${host}, wanted for ${what}, is taken`);
  }
  // Sockets of a unit that was killed: nobody listens there any more.
  for (const socket of Object.values(paths.sockets)) rmSync(socket, { force: true });
}

const shippedModels = join(import.meta.dirname, '../../models');
/** Larger weights are hashed when they are first loaded: a start does not wait for gigabytes. */
const HASH_BYTES = 16_000_000;

/** What is wrong with the experts that would be served, one line each: damaged, cut, of another size or another hash. */
export async function unsoundExperts(paths: Paths): Promise<string[]> {
  const wrong: string[] = [];
  for (const expert of scanExperts([shippedModels, paths.models])) {
    if (expert.unsound !== undefined) wrong.push(`expert ${expert.id}: ${expert.unsound}`);
    else if (expert.fact!.sizeBytes <= HASH_BYTES)
      await verifiedSpec(expert).catch((error) => wrong.push(`expert ${expert.id}: ${messageOf(error)}`));
  }
  return wrong;
}

/** The process id of the unit that runs in this home, if one does. */
export function runningPid(paths: Paths): number | undefined {
  if (!existsSync(paths.unit)) return undefined;
  try {
    const { pid } = JSON.parse(readFileSync(paths.unit, 'utf8')) as { pid: number };
    process.kill(pid, 0);
    return pid;
  } catch {
    // Unreadable, or the process is gone: no unit runs.
    return undefined;
  }
}
