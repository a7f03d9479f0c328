import { Socket } from 'node:dgram';
import pino from 'pino';
import { WebSocket } from 'ws';
import { systemClock } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import { seededRandom } from '../../../core/random.ts';
import { SwarmConfig } from '../../../core/swarm-config.ts';
import { askSwarm } from '../../../net/swarm/ask/asker.ts';
import { openRelayBook } from '../../../net/swarm/ask/book.ts';
import { openExperience } from '../../../net/swarm/ask/experience.ts';
import { gather } from '../../../net/swarm/ask/gather.ts';
import { lookUp } from '../../../net/swarm/ask/look.ts';
import type { Discovery } from '../../../net/swarm/discovery/discovery.ts';
import { freshIdentity } from '../../../net/swarm/identity.ts';
import { openDiscoveries } from '../../../net/swarm/open.ts';
import { sealTo } from '../../../net/swarm/seal/ends.ts';
import { RELAY_TOPIC } from '../../../net/swarm/topics.ts';

export interface Asked {
  /** From the question to the end of the answer, both look-ups included. */
  answerMs: number;
  tries: number;
  /** Undefined: the answer came and says what was asked. */
  lost?: string;
}

export interface Asker {
  /** True once a look-up finds as many experts and relays as an asker wants. */
  isReady(): Promise<boolean>;
  /** Milliseconds to the first verified descriptor of an expert; undefined where none came. */
  firstCandidate(): Promise<number | undefined>;
  ask(question: string): Promise<Asked>;
  close(): Promise<void>;
}

const TOPICS = ['heating', 'general'];
const WANTED = 8;
const log = pino({ level: 'silent' });

export interface Sent {
  /** Messages over websockets, to relays and through them: hellos, requests, credits. */
  messages: number;
  /** Of the DHT: look-ups, its upkeep, what it tells others. */
  datagrams: number;
}

/** What this process has sent so far. */
export function countSent(): () => Sent {
  const sent: Sent = { messages: 0, datagrams: 0 };
  const counting = (prototype: { send: unknown }, what: keyof Sent) => {
    const send = prototype.send as (...args: unknown[]) => unknown;
    prototype.send = function (this: unknown, ...args: unknown[]) {
      sent[what]++;
      return send.apply(this, args);
    };
  };
  counting(WebSocket.prototype, 'messages');
  counting(Socket.prototype, 'datagrams');
  return () => ({ ...sent });
}

/** As `heatmine ask --swarm`: sealed, through an entry relay of another prefix. */
export async function openAsker(bootstrap: string, seed: number): Promise<Asker> {
  const config = SwarmConfig.parse({ join: true, host: `127.0.${200 + (seed % 50)}.1`, bootstrap: [bootstrap] });
  const discoveries: Discovery[] = await openDiscoveries({ config, port: 0, identity: freshIdentity(), log });
  const options = {
    book: openRelayBook({ discoveries }),
    ...{ discoveries, experience: openExperience(), random: seededRandom(seed) },
    sealed: { seal: sealTo(systemClock), privateMayBeNear: false },
  };
  return {
    async isReady() {
      const [experts, relays] = await Promise.all(
        [TOPICS, [RELAY_TOPIC]].map((topics) => gather({ discoveries, topics, wanted: WANTED })),
      );
      return experts!.length === WANTED && relays!.length === WANTED;
    },
    async firstCandidate() {
      const fromMs = performance.now();
      const { found } = await lookUp(options, { topics: TOPICS, wanted: 1 });
      return found.length ? performance.now() - fromMs : undefined;
    },
    async ask(question) {
      const fromMs = performance.now();
      let said = '';
      try {
        const { tries } = await askSwarm(options, {
          messages: [{ role: 'user', content: question }],
          topics: TOPICS,
          onChunk: (text) => (said += text),
          onRestart: () => (said = ''),
        });
        const lost = said === question ? undefined : 'the answer says something else';
        return { answerMs: performance.now() - fromMs, tries, ...(lost && { lost }) };
      } catch (error) {
        const { code } = error as { code?: string };
        return { answerMs: performance.now() - fromMs, tries: 0, lost: `${code}: ${messageOf(error)}` };
      }
    },
    close: async () => void (await Promise.all(discoveries.map((discovery) => discovery.close()))),
  };
}
