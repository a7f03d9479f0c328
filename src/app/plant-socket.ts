import { connect, type Socket } from 'node:net';
import type { PlantTruth } from '../contract/truth.ts';
import type { FaultInput } from '../hal/sim/faults.ts';

/** The lines as they reach the machine, dead-man chain included. */
export interface Lines {
  outputs: Record<string, number>;
  deadMan: 'held' | 'dropped';
}

/** Compressor and accelerator off, pumps on, heat to the dry cooler. */
export const isSafe = ({ outputs, deadMan }: Lines): boolean =>
  deadMan === 'dropped' &&
  outputs.compressorOn === 0 &&
  outputs.accelSupplyOn === 0 &&
  outputs.accelPumpPct === 100 &&
  outputs.circulationPct === 100 &&
  outputs.rejectOn === 1;

/** Later than any change: asks for the lines without their log. */
const NO_LOG_MS = 1e15;

/** A side door to the simulated hardware for benches and tests: looks at the lines of the machine itself, and breaks it. */
export interface PlantSocket {
  lines(): Promise<Lines>;
  truth(): Promise<PlantTruth>;
  inject(fault: FaultInput): Promise<void>;
  close(): void;
}

export async function openPlantSocket(path: string): Promise<PlantSocket> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const s = connect(path, () => resolve(s));
    s.once('error', reject);
  });
  const waiting = new Map<number, (answer: Record<string, unknown>) => void>();
  let nextId = 1;
  let rest = '';
  socket.on('data', (data) => {
    const lines = (rest + data.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as Record<string, unknown>;
      waiting.get(Number(answer.id))?.(answer);
      waiting.delete(Number(answer.id));
    }
  });
  socket.on('error', () => {});
  const ask = (request: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const id = nextId++;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  };
  return {
    async inject(fault) {
      await ask({ op: 'inject', fault });
    },
    lines: async () => (await ask({ op: 'lines', sinceMs: NO_LOG_MS })).lines as Lines,
    truth: async () => (await ask({ op: 'truth' })).truth as PlantTruth,
    close: () => socket.destroy(),
  };
}
