import { z } from 'zod';
import { ACTUATOR_NAMES, ACTUATORS, type ActuatorName, type Image, type Outputs } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import { messageOf } from '../core/errors.ts';
import { asTyped } from '../core/words.ts';
import type { DeviceHealth } from './health.ts';
import { type Peer, serveLines } from './line-server.ts';

/** An installer at the terminal, and a second one who looks on. */
const LIMITS = { connections: 4, lineBytes: 4096, unreadBytes: 1 << 20 };
/** What is driven by hand falls back unless it is asked for again within this. */
export const HAND_TTL_MS = 2000;

const Request = z.discriminatedUnion('op', [
  z.strictObject({ id: z.int(), op: z.literal('look') }),
  z.strictObject({ id: z.int(), op: z.literal('drive'), name: z.enum(ACTUATOR_NAMES), value: z.number() }),
]);

/** What an installer sees of the running unit: readings, what is ordered and what is confirmed, and each device's counters. */
export interface IoView {
  atMs: number;
  sensors: Image['sensors'];
  ordered: Outputs;
  confirmed: Outputs;
  /** The first few reasons of the last tick, the interlock's among them. */
  reasons: string[];
  health: DeviceHealth[];
}

export type Hand = Partial<Outputs>;

export interface IoServer {
  /** What is driven by hand at this moment; undefined when nothing is. */
  hand(nowMs: number): Hand | undefined;
  close(): Promise<void>;
}

/**
 * The door for `heatmine io` into control: a unix socket that only its owner may open, so that it works with broker and
 * page dead. Only looks, but while commissioning one output at a time may be driven by hand: through the interlock, and
 * no longer than its peer lives and asks.
 */
export async function serveIo(options: {
  path: string;
  /** Undefined until the first tick. */
  view(): IoView | undefined;
  commissioning(): boolean;
  monoMs(): number;
}): Promise<IoServer> {
  const { path, monoMs } = options;
  let held: { name: ActuatorName; value: number; by: Peer; untilMs: number } | undefined;

  function drive(by: Peer, name: ActuatorName, value: number): object {
    if (!options.commissioning())
      return {
        error: `outputs are driven by hand only in operation \`commission\`: ${asTyped('set operation commission')}`,
      };
    if (held && held.by !== by && monoMs() < held.untilMs)
      return { error: `${held.name} is being driven by somebody else; one hand at a time` };
    const { min, max } = unitOf(name)!;
    if (!(value >= min && value <= max))
      return { error: `${ACTUATORS[name].label} takes ${min} to ${max}, not ${value}` };
    held = { name, value, by, untilMs: monoMs() + HAND_TTL_MS };
    return {};
  }

  function answer(peer: Peer, line: string): object {
    let id = 0;
    try {
      const request = Request.parse(JSON.parse(line));
      id = request.id;
      return { id, ...(request.op === 'look' ? { view: options.view() } : drive(peer, request.name, request.value)) };
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  }

  const server = await serveLines({ path }, LIMITS, (peer) => {
    peer.onClose(() => {
      if (held?.by === peer) held = undefined;
    });
    return (line) => peer.send(answer(peer, line));
  });
  return {
    hand: (nowMs) => (held && nowMs < held.untilMs ? { [held.name]: held.value } : undefined),
    close: server.close,
  };
}
