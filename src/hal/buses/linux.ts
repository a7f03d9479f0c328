import { HeatmineError } from '../../core/errors.ts';
import type { Board, BusSpec } from '../board.ts';
import type { DeviceHealth } from '../health.ts';
import type { BusBackend, GpioBus } from '../types.ts';
import { openHostSocket } from './host-socket.ts';
import { recoverI2c } from './i2c-recovery.ts';
import { openLinuxCommand } from './linux-command.ts';
import { openLinuxFiles } from './linux-files.ts';
import { openLinuxGpio } from './linux-gpio.ts';
import { openLinuxI2c } from './linux-i2c.ts';
import { openModbusLine } from './modbus-line.ts';

/**
 * The hardware of a real board. Returns at once; each bus is opened when first used, and its absence is a coded error of
 * that use, naming what to install or switch on: one absent bus costs no other. Native add-ons load only here.
 */
export function openLinuxBuses(board: Pick<Board, 'buses'>, monoMs: () => number): BusBackend {
  const reports: (() => DeviceHealth)[] = [];
  const opened = new Map<string, { bus: unknown; close(): Promise<void> }>();
  let closed = false;

  /** The bus of this id, of this kind, opened once. */
  function bus<K extends BusSpec['kind'], B>(
    id: string,
    kind: K,
    open: (spec: Extract<BusSpec, { kind: K }>) => B & { close?(): Promise<void> },
  ): B {
    const spec = board.buses[id];
    if (spec?.kind !== kind) throw new HeatmineError('BOARD_INVALID', `the board has no ${kind} bus "${id}"`);
    let entry = opened.get(id);
    if (!entry) {
      const made = open(spec as Extract<BusSpec, { kind: K }>);
      entry = { bus: made, close: async () => made.close?.() };
      opened.set(id, entry);
      if (closed) void entry.close();
    }
    return entry.bus as B;
  }

  return {
    i2c: (id) =>
      bus(id, 'i2c', ({ path, lines }) => {
        const recover = () => recoverI2c(path, id, lines);
        const i2c = openLinuxI2c({ path, bus: id, monoMs, recover });
        reports.push(i2c.health);
        return i2c;
      }),
    gpio: (id) => bus<'gpio', GpioBus>(id, 'gpio', (spec) => openLinuxGpio(spec.chip, id)),
    modbus: (id) =>
      bus(id, 'modbus', ({ path, baud = 9600, parity = 'none' }) =>
        openModbusLine(tcpOf(path) ?? { kind: 'rtu', path, baud, parity }, { bus: id, monoMs }),
      ),
    command: (id) => bus(id, 'command', (spec) => openLinuxCommand(spec.program, id)),
    files: (id) => bus(id, 'files', (spec) => openLinuxFiles(spec.dir, id)),
    host: (id) =>
      bus(id, 'host', ({ path, tokenFile }) => openHostSocket(tcpOf(path) ?? { path }, { bus: id, tokenFile, monoMs })),
    health: () => reports.map((report) => report()),
    async close() {
      closed = true;
      await Promise.all([...opened.values()].map((entry) => entry.close()));
    },
  };
}

/** `tcp://host:port` of the board file; undefined for a path. */
function tcpOf(path: string): { kind: 'tcp'; host: string; port: number } | undefined {
  const match = /^tcp:\/\/([^:/]+):(\d+)$/.exec(path);
  return match ? { kind: 'tcp', host: match[1]!, port: Number(match[2]) } : undefined;
}
