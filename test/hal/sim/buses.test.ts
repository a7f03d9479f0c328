import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simLocal } from '../../../src/hal/buses/sim-local.ts';
import { simSocket } from '../../../src/hal/buses/sim-socket.ts';
import type { Hardware } from '../../../src/hal/sim/hardware.ts';
import { serveModbus } from '../../../src/hal/sim/modbus-server.ts';
import { servePlant } from '../../../src/hal/sim/server.ts';
import { busCompliance } from '../bus-compliance.ts';
import { alive, board, hardwareFor, openDevices, pollAll, readings, sleep, warmPlant } from './rig.ts';

const truth = readings(warmPlant());
const dir = mkdtempSync(join(tmpdir(), 'hm-'));
let nextSocket = 0;

const contactOf = (hardware: Hardware) => (closed: boolean) =>
  hardware.sense({ ...truth, pressureHighOk: closed ? 1 : 0 });

async function served() {
  const hardware = hardwareFor(truth);
  const path = join(dir, `p${nextSocket++}.sock`);
  const server = await servePlant(hardware, path);
  const modbus = await serveModbus(hardware, 0);
  const modbusPort = modbus.port;
  const buses = simSocket({ path, modbusPort, monoMs: () => performance.now() });
  const stop = async () => {
    await server.close();
    await modbus.close();
  };
  return { hardware, path, modbusPort, buses, stop, server };
}

busCompliance('sim-local', async () => {
  const hardware = hardwareFor(truth);
  return { buses: simLocal(hardware), setContact: contactOf(hardware) };
});

busCompliance('sim-socket', async () => {
  const { hardware, buses, stop } = await served();
  return { buses, setContact: contactOf(hardware), stop };
});

const test = suite('plant over its socket');

test('every driver works over socket and Modbus TCP as in one process', async () => {
  const { hardware, buses, stop } = await served();
  const devices = await openDevices(buses);
  const { values, failed } = await alive(hardware, async () => {
    await sleep(300);
    await pollAll(devices);
    await sleep(900);
    return pollAll(devices);
  });
  assert.equal(failed, {});
  for (const name of ['supplyC', 'accelOutC', 'gridW', 'accelFlowLpm', 'accelW'] as const) {
    assert.ok(Math.abs(values[name]!.value - truth[name]) < 0.2, `${name} ${values[name]!.value} ${truth[name]}`);
  }
  await buses.close();
  await stop();
});

test('the plant goes away: calls fail at once as BUS_CLOSED; it comes back: they work, and a contact that opened is told', async () => {
  const { hardware, path, buses, stop, server } = await served();
  const input = await buses.gpio('gpio0').input(16, { bias: 'pull-down', edges: true });
  const levels: number[] = [];
  input.onEdge((edge) => levels.push(edge.level));
  await server.close();
  await sleep(20);
  const error = await buses
    .i2c('i2c1')
    .transfer(0x48, Uint8Array.of(0x0f), 2)
    .catch((e) => e);
  assert.is(error.code, 'BUS_CLOSED');
  assert.throws(() => input.read(), /no plant/);
  contactOf(hardware)(false);
  const again = await servePlant(hardware, path);
  await sleep(300);
  assert.equal([...(await buses.i2c('i2c1').transfer(0x48, Uint8Array.of(0x0f), 2))], [0x01, 0x17]);
  assert.is(input.read(), 0);
  assert.equal(levels, [0]);
  await buses.close();
  await again.close();
  await stop();
});

test('hostile lines are refused by code and disturb nobody; an endless line is cut off', async () => {
  const { path, buses, stop } = await served();
  const socket = connect(path);
  let text = '';
  let ended = false;
  socket.on('data', (chunk) => (text += chunk));
  socket.on('close', () => (ended = true));
  socket.on('error', () => undefined);
  socket.write('nonsense\n');
  socket.write('{"id":7,"op":"i2c","bus":"i2c1","address":900,"write":[],"read":1}\n');
  socket.write('{"id":8,"op":"inject","fault":{"device":"nobody","fault":"absent"}}\n');
  socket.write('{"id":9,"op":"gpio.read","bus":"gpio0","line":16}\n');
  await sleep(100);
  const replies = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const byId = Object.fromEntries(replies.map((r) => [r.id, r.error?.code ?? r.level]));
  assert.equal(byId, { 0: 'MESSAGE_INVALID', 7: 'MESSAGE_INVALID', 8: 'VALUE_RANGE', 9: 1 });
  socket.write('x'.repeat(200_000));
  await sleep(100);
  assert.ok(ended, 'cut off');
  assert.is((await buses.i2c('i2c1').transfer(0x48, Uint8Array.of(0x0f), 2)).length, 2);
  await buses.close();
  await stop();
});

test('a port that is taken is told as such', async () => {
  const { hardware, modbusPort, buses, stop } = await served();
  const error = await serveModbus(hardware, modbusPort).catch((e) => e);
  assert.is(error.code, 'PORT_IN_USE');
  assert.match(error.message, String(modbusPort));
  await buses.close();
  await stop();
});

test('simulated Modbus: four connections, the fifth is closed at once', async () => {
  const { modbusPort, buses, stop } = await served();
  const open = Array.from({ length: 5 }, () => connect(modbusPort, '127.0.0.1').on('error', () => {}));
  for (const socket of open) socket.resume();
  await sleep(200);
  assert.is(open.filter((socket) => !socket.closed).length, 4);
  for (const socket of open) socket.destroy();
  await buses.close();
  await stop();
});

test('the dead-man line over the socket holds the chain; its board entry names it', async () => {
  const { hardware, buses, stop } = await served();
  const line = await buses.gpio(board.deadMan.bus).output(board.deadMan.line!, 0);
  assert.is(hardware.lines.report().deadMan, 'dropped');
  await line.write(1);
  assert.is(hardware.lines.report().deadMan, 'held');
  await buses.close();
  await stop();
});

test.run();
