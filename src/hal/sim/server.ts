import type { PlantTruth } from '../../contract/truth.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { type Peer, serveLines } from '../line-server.ts';
import type { GpioEdge } from '../types.ts';
import type { Hardware } from './hardware.ts';
import { MAX_LINE_BYTES, PlantRequest } from './protocol.ts';

/** Control, a fault campaign and a test; nobody else has business here. A stopped control is cut off. */
const LIMITS = { connections: 8, lineBytes: MAX_LINE_BYTES, unreadBytes: 1 << 20 };

/** Serves the emulated wires on a unix socket that only its owner may open. */
export const servePlant = (hardware: Hardware, path: string, truth?: Truth) =>
  serveLines({ path }, LIMITS, (peer) => serveOne(hardware, truth, peer));

/** Of the house behind the wires; bare wires have none. */
type Truth = () => PlantTruth;

function serveOne(hardware: Hardware, truth: Truth | undefined, { send, onClose }: Peer): (line: string) => void {
  const stops = new Map<string, () => void>();
  const watch = (bus: string, line: number, resume: boolean) => {
    const push = ({ level, atNs, sequence }: GpioEdge) =>
      send({ edge: { bus, line, level, atNs: atNs.toString(), sequence } });
    const key = `${bus}:${line}`;
    if (!stops.has(key)) stops.set(key, hardware.gpio.watch(bus, line, push));
    if (resume) push(hardware.gpio.state(bus, line));
  };
  onClose(() => {
    for (const stop of stops.values()) stop();
  });
  return (line) => {
    const request = parse(line);
    if ('error' in request) return send(request);
    if (request.op === 'gpio.watch') watch(request.bus, request.line, request.resume ?? false);
    answer(hardware, truth, request).then(
      (result) => send({ id: request.id, ...result }),
      (error) => send({ id: request.id, error: coded(error) }),
    );
  };
}

function parse(line: string): PlantRequest | { id: number; error: { code: string; message: string } } {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch (error) {
    return { id: 0, error: { code: 'MESSAGE_INVALID', message: `plant socket: not JSON: ${messageOf(error)}` } };
  }
  const parsed = PlantRequest.safeParse(raw);
  if (parsed.success) return parsed.data;
  const id = typeof raw === 'object' && raw !== null && 'id' in raw && Number.isInteger(raw.id) ? Number(raw.id) : 0;
  const issue = parsed.error.issues[0];
  return {
    id,
    error: { code: 'MESSAGE_INVALID', message: `plant socket: ${issue?.path.join('.')}: ${issue?.message}` },
  };
}

async function answer(hardware: Hardware, truth: Truth | undefined, request: PlantRequest): Promise<object> {
  switch (request.op) {
    case 'i2c': {
      const bytes = await hardware.i2c(request.bus, request.address, Uint8Array.from(request.write), request.read);
      return { data: [...bytes] };
    }
    case 'gpio.write':
      hardware.gpio.write(request.bus, request.line, request.level);
      return {};
    case 'gpio.read':
    case 'gpio.watch':
      return { level: hardware.gpio.read(request.bus, request.line) };
    case 'command':
      return { stdout: await hardware.command(request.bus, request.args) };
    case 'files': {
      const files = hardware.files(request.bus);
      if (request.action === 'list') return { names: await files.list(request.path) };
      if (request.action === 'read') return { stdout: await files.read(request.path) };
      await files.write(request.path, request.text);
      return {};
    }
    case 'host':
      return { host: await hardware.host(request.bus).ask(request.request) };
    case 'lines':
      return { lines: hardware.lines.report(request.sinceMs) };
    case 'truth':
      return { truth: truth?.() };
    case 'inject':
      hardware.inject(request.fault);
      return {};
    case 'clear':
      hardware.clear();
      return {};
  }
}

const coded = (error: unknown) => ({
  code: error instanceof HeatmineError ? error.code : 'BUS_NOISE',
  message: messageOf(error),
});
