import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simLocal } from '../../src/hal/buses/sim-local.ts';
import { simSocket } from '../../src/hal/buses/sim-socket.ts';
import { DRIVERS } from '../../src/hal/drivers/index.ts';
import { CHIPS } from '../../src/hal/sim/chips/index.ts';
import { serveModbus } from '../../src/hal/sim/modbus-server.ts';
import { servePlant } from '../../src/hal/sim/server.ts';
import { driverCompliance } from './driver-compliance.ts';

const table = suite('the table of drivers');
table('every driver is complete: example, chip, channels once, wiring, and a public source in its docstring', () => {
  assert.is(new Set(DRIVERS.map((d) => d.name)).size, DRIVERS.length);
  for (const driver of DRIVERS) {
    assert.ok(driver.params.safeParse(driver.example).success, `${driver.name}: its example is not valid`);
    assert.ok(CHIPS[driver.name], `${driver.name}: no emulated chip in src/hal/sim/chips/index.ts`);
    const channels = driver.channels(driver.params.parse(driver.example)).map((c) => c.name);
    assert.is(new Set(channels).size, channels.length, driver.name);
    const source = readFileSync(new URL(`../../src/hal/drivers/${driver.name}.ts`, import.meta.url), 'utf8');
    const doc = source.slice(source.lastIndexOf('/**\n', source.indexOf(': Driver<')), source.indexOf(': Driver<'));
    assert.match(doc, 'Channel', `${driver.name}: its docstring tells no "Channel: name"`);
    assert.match(doc, 'Fails:', `${driver.name}: its docstring tells no "Fails: how"`);
    // A bare contact and our own protocol have no data sheet.
    if (['gpio-contact', 'gpio-relay', 'accel-host'].includes(driver.name)) continue;
    assert.match(doc, /https:\/\/\S+/, `${driver.name}: its docstring names no public source`);
  }
});
table.run();

driverCompliance('sim-local', async (hardware) => ({ buses: simLocal(hardware) }));

const dir = mkdtempSync(join(tmpdir(), 'hm-'));
let next = 0;
driverCompliance('sim-socket', async (hardware) => {
  const path = join(dir, `d${next++}.sock`);
  const server = await servePlant(hardware, path);
  const modbus = await serveModbus(hardware, 0);
  return {
    buses: simSocket({ path, modbusPort: modbus.port, monoMs: () => performance.now() }),
    async stop() {
      await server.close();
      await modbus.close();
    },
  };
});
