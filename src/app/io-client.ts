import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActuatorName } from '../contract/points.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import type { Board } from '../hal/board.ts';
import { openLinuxBuses } from '../hal/buses/linux.ts';
import { openHal } from '../hal/hal.ts';
import type { IoView } from '../hal/io-server.ts';
import { lineSplitter } from '../hal/sim/json-lines.ts';
import { runningPid } from './preflight.ts';

const MAX_LINE_BYTES = 1 << 20;
const ANSWER_MS = 3000;
const VIEW_TRIES = 30;

/** The hardware as `heatmine io` sees it: through control while the unit runs, else by its own hands. */
export interface Io {
  /** Whether the unit runs; without it there is nobody to drive an output safely. */
  running: boolean;
  look(): Promise<IoView>;
  /** Drives one output by hand for the next two seconds. VALUE_RANGE with the reason when refused. */
  drive(name: ActuatorName, value: number): Promise<void>;
  close(): Promise<void>;
}

export async function openIo(paths: Paths, board: Board): Promise<Io> {
  if (runningPid(paths) !== undefined) return overSocket(paths.io);
  if (board.backend === 'linux') return byHand(board);
  throw new HeatmineError('NOT_RUNNING', `board ${board.name} is simulated, and its house runs with the unit only`);
}

async function connected(path: string): Promise<Socket> {
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const s = connect(path, () => resolve(s));
      s.once('error', reject);
    });
  } catch (error) {
    throw new HeatmineError('NOT_RUNNING', `control does not answer at ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function overSocket(path: string): Promise<Io> {
  const socket = await connected(path);
  const waiting = new Map<number, (answer: { view?: IoView; error?: string }) => void>();
  let nextId = 1;
  const onLine = (line: string) => {
    const answer = JSON.parse(line) as { id: number; view?: IoView; error?: string };
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  socket.on(
    'data',
    lineSplitter(MAX_LINE_BYTES, onLine, () => socket.destroy()),
  );
  const lost = () => {
    for (const answer of waiting.values()) answer({ error: 'control went away; its outputs are safe' });
    waiting.clear();
  };
  socket.on('error', lost);
  socket.on('close', lost);
  async function ask(request: object): Promise<IoView | undefined> {
    const id = nextId++;
    const { promise, resolve } = Promise.withResolvers<{ view?: IoView; error?: string }>();
    waiting.set(id, resolve);
    const timer = setTimeout(() => resolve({ error: `control gave no answer within ${ANSWER_MS} ms` }), ANSWER_MS);
    socket.write(`${JSON.stringify({ id, ...request })}\n`);
    const { view, error } = await promise;
    clearTimeout(timer);
    waiting.delete(id);
    if (error !== undefined) throw new HeatmineError('VALUE_RANGE', error);
    return view;
  }
  return {
    running: true,
    async look() {
      for (let tries = 0; tries < VIEW_TRIES; tries++) {
        const view = await ask({ op: 'look' });
        if (view) return restored(view);
        await sleep(100);
      }
      throw new HeatmineError('NOT_RUNNING', 'control has not made a tick yet; try again in a second');
    },
    drive: async (name, value) => void (await ask({ op: 'drive', name, value })),
    close: async () => void socket.destroy(),
  };
}

/** JSON has no NaN: a value that is none came as null. */
function restored(view: IoView): IoView {
  const sensors = Object.fromEntries(
    Object.entries(view.sensors).map(([name, r]) => [name, { ...r, value: r.value ?? Number.NaN }]),
  ) as IoView['sensors'];
  return { ...view, sensors };
}

/** Without a unit the board is opened here: every output goes to its safe value and stays there. */
async function byHand(board: Board): Promise<Io> {
  const monoMs = () => performance.now();
  const buses = openLinuxBuses(board, monoMs);
  const hal = await openHal({ board, buses, monoMs });
  // The second try tells noise from absence, and a chip has made its first conversion.
  await sleep(700);
  return {
    running: false,
    async look() {
      const { atMs, sensors, actuators } = hal.image(0);
      return { atMs, sensors, ordered: actuators, confirmed: actuators, reasons: [], health: hal.health() };
    },
    async drive() {
      throw new HeatmineError('NOT_RUNNING', 'outputs are driven through control and its interlock only');
    },
    async close() {
      await hal.close();
      await buses.close();
    },
  };
}
