import { spawnSync } from 'node:child_process';
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { asTyped } from '../core/words.ts';
import { joinFiles } from '../net/join.ts';
import { EXPERIENCE_FILE, openExperience } from '../net/swarm/ask/experience.ts';
import { gather } from '../net/swarm/ask/gather.ts';
import { RELAY_TOPIC, TOPICS } from '../net/swarm/topics.ts';
import { brokerOffer, knock } from './broker-offer.ts';
import { type Finding, fail, ok, warn } from './hardware-check.ts';
import { connectHome } from './home-client.ts';
import { houseSecond, zoneOf } from './house-clock.ts';
import { runningPid, unsoundExperts } from './preflight.ts';
import { notHere, notHereText } from './served.ts';
import { openAsker } from './swarm-client.ts';

const LEAST_FREE_MIB = 500;
/** Enough to say that somebody is there. */
const PEERS = 8;
/** Built after this day, so a clock before it is wrong. */
const BUILT = Date.parse('2026-01-01');

/** Node, disk, permissions and clock: what no unit need run for. */
export function checkBox(paths: Paths): Finding[] {
  return [ok('node', process.version), disk(paths), permissions(paths), clock(zoneOf(paths))];
}

function disk({ home }: Paths): Finding {
  const { bavail, bsize } = statfsSync(home);
  const freeMiB = (bavail * bsize) / 2 ** 20;
  return freeMiB > LEAST_FREE_MIB
    ? ok('disk', `${freeMiB.toFixed(0)} MiB free in ${home}`)
    : warn('disk', `only ${freeMiB.toFixed(0)} MiB free in ${home}: history may stop; free some`);
}

/** The unit must be able to write where it lives, and nobody else may read its keys. */
function permissions({ home, state, keys }: Paths): Finding {
  for (const dir of [home, state, keys]) {
    try {
      accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      return fail('permissions', `${dir} may not be written by this user: chown -R it to the user of the unit`);
    }
  }
  return statSync(keys).mode & 0o077
    ? warn('permissions', `others may read ${keys}: chmod 700 ${keys}`)
    : ok('permissions', `${home} is ours, keys for this user alone`);
}

function clock(timeZone: string): Finding {
  const now = systemClock.wallMs();
  if (now < BUILT) return warn('clock', 'the clock is in the past: tariffs wait until it is right; set up NTP');
  const { stdout } = spawnSync('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: 2000 });
  return stdout?.toString().trim() === 'no'
    ? warn(
        'clock',
        `${houseSecond(now, timeZone)}, not kept by NTP: prices need the right hour; timedatectl set-ntp true`,
      )
    : ok('clock', houseSecond(now, timeZone));
}

/** What lies on the disk, by size, shape and, where that is quick, by hash. */
export async function checkModels(paths: Paths): Promise<Finding[]> {
  const wrong = await unsoundExperts(paths);
  if (wrong.length === 0) return [ok('models', 'every model file is whole')];
  return wrong.map((text) => fail('models', `${text}; git checkout -- models, or ${asTyped('experts pull')} it again`));
}

/** Our own broker as Home Assistant meets it, and the one that the owner may already have. */
export async function checkBrokers(paths: Paths, { net }: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (runningPid(paths) !== undefined)
    findings.push(
      await connectHome(paths).then(
        async ({ client, url }) => {
          await client.endAsync(true);
          return ok('broker', `${url} lets the user home in`);
        },
        (error) => fail('broker', `${messageOf(error)}; see the log of \`npm start\``),
      ),
    );
  if (net.houseBroker) findings.push(...(await checkJoined(net.houseBroker, paths)));
  const offer = await brokerOffer({ net }, paths);
  if (offer) findings.push(ok('house broker', offer));
  return findings;
}

/** Heating goes on without it, but who joined a broker wants to be heard there. */
async function checkJoined(join: NonNullable<Config['net']['houseBroker']>, { home }: Paths): Promise<Finding[]> {
  const { url, username } = join;
  let files: ReturnType<typeof joinFiles>;
  try {
    files = joinFiles(join, home);
  } catch {
    // Told with its line, as config.
    return [];
  }
  const { door, why } = await knock(url, { ...(username !== undefined && { username }), ...files });
  if (door === 'open') return [ok('house broker', `also joined to ${url}, which lets the unit in`)];
  if (door === 'silent')
    return [fail('house broker', `no MQTT from ${url} (${why}); is it running, and is net.houseBroker.url right?`)];
  const who = username === undefined ? 'a unit without a user' : `user ${username}`;
  return [fail('house broker', `${url} refuses ${who}; net.houseBroker.username and passwordFile in config.yaml`)];
}

/** Whether all that is offered to strangers can answer. */
export async function checkServed(paths: Paths, config: Config): Promise<Finding[]> {
  const missing = await notHere(paths, config);
  return missing.length ? [warn('served', notHereText(missing))] : [];
}

/** Whether anybody of the swarm answers, where the owner has asked for it. */
export async function checkPeers(paths: Paths, config: Config, portBase?: number): Promise<Finding[]> {
  if (!config.swarm.join) return [ok('peers', 'the swarm is off: swarm.join asks for it (docs/swarm.md)')];
  try {
    const { discoveries, isOther } = await openAsker(paths, portBase);
    const found = await gather({ discoveries, topics: [...TOPICS, RELAY_TOPIC], counts: isOther, wanted: PEERS });
    await Promise.all(discoveries.map((discovery) => discovery.close()));
    const experience = openExperience(join(paths.state, EXPERIENCE_FILE));
    const honest = found.filter(({ descriptor }) => experience.shuns(descriptor.key) === undefined);
    if (honest.length > 0) return [ok('peers', `${honest.length} other nodes answer`)];
  } catch (error) {
    return [warn('peers', messageOf(error))];
  }
  return [
    warn(
      'peers',
      `nobody answers: ${asTyped('join LINE')} with a line of somebody in the swarm; ${asTyped('peers')} says more`,
    ),
  ];
}
