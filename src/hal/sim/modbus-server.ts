import type { AddressInfo, Server } from 'node:net';
import { ServerTCP } from 'modbus-serial';
import type { FCallbackVal } from 'modbus-serial/ServerTCP.js';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { ModbusException } from './chips/chip.ts';
import type { Hardware } from './hardware.ts';

const MAX_REGISTERS = 125;
/** One for each of the two lines, and as many again for a look from outside. */
const MAX_CONNECTIONS = 4;

/**
 * The Modbus devices of all lines behind one TCP port, told apart by unit id. A silent device never answers, as on a wire.
 * Port 0 is any that is free. Throws PORT_IN_USE.
 */
export async function serveModbus(
  hardware: Pick<Hardware, 'modbus'>,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  /** Only the callback form of the library waits for several registers; it wants an array beside an error too. */
  const many = (kind: 'input' | 'holding') => {
    return (address: number, count: number, unit: number, done: FCallbackVal<number[]>) => {
      const words = hardware.modbus(unit, (chip) => {
        if (count > MAX_REGISTERS) throw new ModbusException(3);
        return Array.from({ length: count }, (_, i) => chip[kind](address + i));
      });
      words.then(
        (values) => done(null, values),
        (error) => done(error, []),
      );
    };
  };
  const one = (kind: 'input' | 'holding') => (address: number, unit: number) =>
    hardware.modbus(unit, (chip) => chip[kind](address));
  const server = new ServerTCP(
    {
      getInputRegister: one('input'),
      getHoldingRegister: one('holding'),
      getMultipleInputRegisters: many('input'),
      getMultipleHoldingRegisters: many('holding'),
      setRegister: (address: number, value: number, unit: number) =>
        hardware.modbus(unit, (chip) => chip.setHolding(address, value)),
      setRegisterArray: (address: number, values: number[], unit: number) =>
        hardware.modbus(unit, (chip) => {
          for (const [i, value] of values.entries()) chip.setHolding(address + i, value);
        }),
    },
    // As text: the library takes the number 0 for its default.
    { host: '127.0.0.1', port: String(port) as unknown as number },
  );
  // The library has no option for it and declares no `_server`.
  const { _server: listener } = server as unknown as { _server: Server };
  listener.maxConnections = MAX_CONNECTIONS;
  // A client that resets its connection is no concern of the others.
  server.on('socketError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.on('initialized', () => resolve());
    server.on('serverError', (error) => {
      const text = `127.0.0.1:${port} (simulated Modbus): ${messageOf(error)}`;
      reject(new HeatmineError('PORT_IN_USE', text, { cause: error }));
    });
  });
  const address = listener.address() as AddressInfo;
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
