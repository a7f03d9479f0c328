/**
 * A NAT between network namespaces: home 192.168.77.2 - router - relays and asker at public addresses. It runs itself again in
 * a user namespace of its own, where even an unprivileged user is root of networks that nobody else sees.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../src/core/clock.ts';
import { sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { eventually, SERVE, testSwarm } from './swarm.ts';

const INSIDE = 'HEATMINE_TEST_NAT';
const HOME = '192.168.77.2';
const ROUTER = '198.51.100.1';
const LAST = '198.51.100.2';
const ENTRY = '203.0.113.2';
const ASKER = '192.0.2.2';

const NAT = `table ip nat {
  chain leaving {
    type nat hook postrouting priority 100;
    oifname "wan" masquerade
  }
}
`;

function run(program: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** What is missing for this suite here; undefined: nothing. */
function missing(): string | undefined {
  for (const [program, flag] of [
    ['ip', '-V'],
    ['nft', '-v'],
    ['unshare', '-V'],
    ['nsenter', '-V'],
  ] as const) {
    if (spawnSync(program, [flag]).error) return `needs ${program} (Debian: iproute2, nftables, util-linux)`;
  }
  const tried = spawnSync('unshare', ['-rn', 'nft', '-f', '-'], { input: NAT, encoding: 'utf8' });
  return tried.status === 0 ? undefined : `the kernel refuses a namespace with a NAT: ${tried.stderr.trim()}`;
}

/** A network namespace of its own as long as this process lives. */
async function namespace(): Promise<{ pid: string; process: ChildProcess }> {
  const process = spawn('unshare', ['-n', 'sh', '-c', 'echo up; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => process.stdout!.once('data', resolve));
  return { pid: String(process.pid), process };
}

async function buildNetworks() {
  const router = await namespace();
  const home = await namespace();
  const at = (pid: string, lines: string) => run('nsenter', ['-t', pid, '-n', 'sh', '-e'], lines);
  run(
    'sh',
    ['-e'],
    `ip link set lo up; ip link add pub type veth peer name wan netns ${router.pid}; ip link set pub up`,
  );
  for (const address of [LAST, ENTRY, ASKER]) run('ip', ['addr', 'add', `${address}/24`, 'dev', 'pub']);
  at(
    router.pid,
    `ip link set lo up; ip addr add ${ROUTER}/24 dev wan; ip link set wan up; ip route add default via ${LAST}
     ip link add lan type veth peer name eth0 netns ${home.pid}; ip addr add 192.168.77.1/24 dev lan; ip link set lan up
     echo 1 >/proc/sys/net/ipv4/ip_forward`,
  );
  run('nsenter', ['-t', router.pid, '-n', 'nft', '-f', '-'], NAT);
  at(
    home.pid,
    `ip link set lo up; ip addr add ${HOME}/24 dev eth0; ip link set eth0 up; ip route add default via 192.168.77.1`,
  );
  return { homePid: home.pid, end: () => [home, router].forEach(({ process }) => void process.kill('SIGKILL')) };
}

const dialled = (host: string, port: number) =>
  new Promise<string>((resolve) => {
    const socket = connect(port, host, () => resolve('connected'));
    socket.setTimeout(3000, () => resolve('silence'));
    socket.on('error', ({ message }) => resolve(message));
  });

async function inNetworks(): Promise<void> {
  const networks = await buildNetworks();
  const swarm = testSwarm();
  try {
    await anExpertBehindIt(networks.homePid, swarm);
  } finally {
    await swarm.end();
    networks.end();
  }
}

async function anExpertBehindIt(homePid: string, swarm: ReturnType<typeof testSwarm>): Promise<void> {
  const entry = await swarm.node({ host: ENTRY, relay: true }, true);
  const bootstrap = [`${ENTRY}:${entry.port}`];
  const last = await swarm.node({ host: LAST, relay: true, bootstrap }, true);
  const relays = [{ key: last.key, url: last.url }];
  const within = ['nsenter', '-t', homePid, '-n'];
  const settings = { host: '0.0.0.0', lan: false, relays, bootstrap, serve: SERVE };
  const expert = await swarm.node(settings, false, { within });

  const sealed = { seal: sealTo(systemClock), privateMayBeNear: false };
  const asker = await swarm.asker({ host: ASKER, bootstrap }, { sealed });
  const answer = await eventually(() => asker.ask('from behind the router'));
  assert.equal([answer.said, answer.node], ['from behind the router', expert.key]);

  const ways = entry.frames().filter((frame) => frame.subarray(0, 14).toString() === '{"type":"open"');
  const whole = JSON.stringify([relays[0], { key: expert.key }]);
  assert.ok(ways.some((frame) => JSON.stringify(JSON.parse(String(frame)).path) === whole));
  const said = Buffer.concat([...entry.frames(), ...last.frames()]);
  assert.not.ok(said.includes('from behind the router'));
  // The relay sees the router; nobody outside can dial the expert, there or at its own address.
  const peers = run('ss', ['-Htn', 'state', 'established', `( src ${LAST}:${last.port} )`]);
  assert.ok(peers.includes(`${ROUTER}:`) && !peers.includes(HOME), peers);
  assert.is.not(await dialled(HOME, expert.port), 'connected');
  assert.is.not(await dialled(ROUTER, expert.port), 'connected');
  assert.is(await dialled(LAST, last.port), 'connected');
}

if (process.env[INSIDE]) {
  test('an expert behind a NAT answers sealed through its relay, and cannot be dialled', inNetworks);
  test.run();
} else {
  const lack = missing();
  if (lack) process.stdout.write(`SKIP nat: ${lack}\n`);
  else {
    const args = ['-rn', process.execPath, ...process.execArgv, import.meta.filename];
    const child = spawn('unshare', args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  }
}
