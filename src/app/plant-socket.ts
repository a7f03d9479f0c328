import { connect, type Socket } from 'node:net';

/** A side door to the simulated hardware for benches and tests: looks at the real lines, injects faults. */
export interface PlantSocket {
  ask(request: Record<string, unknown>): Promise<Record<string, unknown>>;
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
  return {
    ask(request) {
      const id = nextId++;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        socket.write(`${JSON.stringify({ id, ...request })}\n`);
      });
    },
    close: () => socket.destroy(),
  };
}
