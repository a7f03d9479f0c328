import modbusSerial from 'modbus-serial';
import type { ModbusRTU } from 'modbus-serial/ModbusRTU.js';

/** The library by itself: the package is CommonJS, and its types say otherwise. */
export const Library = modbusSerial as unknown as {
  new (): ModbusRTU;
  ServerTCP: typeof import('modbus-serial').ServerTCP;
};

/** Raw RTU frames over TCP: what the library calls Telnet. */
export async function overTcp(port: number): Promise<ModbusRTU> {
  const client = new Library();
  client.setTimeout(200);
  await client.connectTelnet('127.0.0.1', { port });
  return client;
}
