import { WIRE_LIMITS } from '../../../net/swarm/wire/limits.ts';
import { SERVE, spawnHost } from '../swarm/host.ts';
import type { Figure } from '../table.ts';
import type { Hellos } from './hellos.ts';
import { MOST_ANSWER_MS, openAsker, p95, startAttackers } from './parties.ts';
import { proveKey, rawPeer } from './raw.ts';

/** Several times what the door lets in within the time of a hello. */
const HELLOS_AT_ONCE = 256;
const STRANGERS = 20;

/** How long strangers take to be let in, each from a prefix that never came before; not at all: without end. */
async function comeIn(port: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let n = 0; n < STRANGERS; n++) {
    const fromMs = performance.now();
    const came = await rawPeer(port, {}, `127.98.${n}.1`)
      .then(proveKey)
      .then(
        () => true,
        () => false,
      );
    tookMs.push(came ? performance.now() - fromMs : Number.POSITIVE_INFINITY);
  }
  return tookMs;
}

/** A node at whose door keys are proven from thousands of prefixes, each of which makes it sign and verify. */
export async function attackDoor(questions: number): Promise<Figure[]> {
  const host = spawnHost('127.0.0.1', 0);
  const attackers = startAttackers();
  try {
    const [node] = await host.start([{ seed: 1, config: { host: host.address, serve: SERVE, lan: false } }]);
    const ask = await openAsker(`ws://${host.address}:${node!.port}`);
    await ask(questions);
    const quiet = await ask(questions);
    await attackers.tell({ port: node!.port, hellos: HELLOS_AT_ONCE });
    const busy = await ask(questions);
    const strangers = await comeIn(node!.port);
    const { proven, seconds } = await attackers.tell<Hellos>('stop');
    // The other half is kept for those that were answered before.
    const [perS, burst] = [WIRE_LIMITS.hellos.perS / 2, WIRE_LIMITS.hellos.burst / 2];
    return [
      {
        figure: `hellos of others let in, of ${HELLOS_AT_ONCE} at once from a prefix each, for ${Math.round(seconds)} s`,
        value: proven / seconds,
        unit: '/s',
        reference: { name: 'limit, its burst spread over that time', value: perS + burst / seconds },
        goal: 'more than 0, the limit at most',
        met: proven > 0 && proven <= perS * seconds + burst,
      },
      {
        figure: `honest answer p95 beside them for who was answered before, connection and hello included (${busy.lost} of ${questions} lost)`,
        value: busy.p95Ms,
        unit: 'ms',
        reference: { name: 'quiet node', value: quiet.p95Ms },
        goal: `<= ${MOST_ANSWER_MS} ms, none lost`,
        met: busy.p95Ms <= MOST_ANSWER_MS && busy.lost === 0,
      },
      {
        figure: `let in p95 beside them for who never was (${strangers.filter(Number.isFinite).length} of ${STRANGERS} within the time of a hello)`,
        value: p95(strangers),
        unit: 'ms',
        reference: { name: 'its turn among them', value: (HELLOS_AT_ONCE / perS) * 1000 },
        goal: '',
        met: true,
      },
    ];
  } finally {
    await Promise.all([host.kill(), attackers.kill()]);
  }
}
