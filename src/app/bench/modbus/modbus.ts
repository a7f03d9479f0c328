import { HeatmineError } from '../../../core/errors.ts';
import { seededRandom } from '../../../core/random.ts';
import { type ModbusLine, openModbusLine } from '../../../hal/buses/modbus-line.ts';
import { connect, type ModbusClient, send } from '../../../hal/buses/modbus-wire.ts';
import type { Bench, Figure } from '../table.ts';
import { hammer, type Read, type Tally } from './hammer.ts';
import { type ModbusPeer, peerMissing, startPeer } from './peer.ts';

const monoMs = () => performance.now();
/** Share of bare modbus-serial that the queue, the limit and the checks must leave. */
const SHARE = 0.9;
const FAULTS = { late: 0.006, silent: 0.003, crc: 0.003, swapped: 0.003, garbage: 0.003, short: 0.003, unit: 0.003 };

const bareOf =
  (client: ModbusClient): Read =>
  (unit, address, count) =>
    send(client, { call: 'readHolding', unit, address, count });
const oursOf =
  (line: ModbusLine): Read =>
  (unit, address, count) =>
    line.readHolding(unit, address, count);

/** Both ways in turn on the same peer, so that a busy machine hurts both alike. Round trips per second, median block. */
async function rates(peer: ModbusPeer, blocks: number, perBlock: number): Promise<{ ours: number; bare: number }> {
  const block = async (read: Read) => {
    const fromMs = monoMs();
    for (let i = 0; i < perBlock; i++) await read(1, 100, 11);
    return (perBlock * 1000) / (monoMs() - fromMs);
  };
  const perS = { ours: [] as number[], bare: [] as number[] };
  for (let i = 0; i < blocks; i++) {
    const client = await connect(peer.transport);
    perS.bare.push(await block(bareOf(client)));
    await new Promise<void>((done) => client.close(() => done()));
    const line = openModbusLine(peer.transport, { bus: 'bench', monoMs });
    perS.ours.push(await block(oursOf(line)));
    await line.close();
  }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
  return { ours: median(perS.ours), bare: median(perS.bare) };
}

async function wrongValues(way: 'ours' | 'bare', values: number, seed: number): Promise<Tally> {
  const peer = await startPeer('rtu', { faults: FAULTS, seed });
  let read: Read;
  let close: () => Promise<void>;
  if (way === 'ours') {
    const line = openModbusLine(peer.transport, { bus: 'bench', monoMs });
    read = oursOf(line);
    close = () => line.close();
  } else {
    const client = await connect(peer.transport);
    client.on('error', () => undefined);
    read = bareOf(client);
    close = () => new Promise<void>((done) => client.close(() => done()));
  }
  const tally = await hammer(read, values, seededRandom(seed));
  await close();
  await peer.stop();
  return tally;
}

export const modbus: Bench = {
  name: 'modbus',
  about: "round trips and wrong values against Debian's pymodbus, beside bare modbus-serial",
  async run({ quick, seed }) {
    const missing = peerMissing();
    if (missing) throw new HeatmineError('USAGE', `bench modbus ${missing}: apt-get install them`);
    const figures: Figure[] = [];
    for (const kind of ['rtu', 'tcp'] as const) {
      const peer = await startPeer(kind);
      const { ours, bare } = await rates(peer, quick ? 9 : 41, 300);
      await peer.stop();
      figures.push({
        figure: `${kind}: reads of 11 registers`,
        value: ours,
        unit: '/s',
        reference: { name: 'modbus-serial', value: bare },
        goal: `>= ${SHARE} x`,
        met: ours >= SHARE * bare,
      });
    }
    const values = quick ? 500 : 5000;
    const [ours, bare] = await Promise.all([wrongValues('ours', values, seed), wrongValues('bare', values, seed)]);
    figures.push({
      figure: `rtu, 2.4 % of answers bad: wrong among ${values} values`,
      value: ours.wrong,
      unit: '',
      reference: { name: 'modbus-serial', value: bare.wrong },
      goal: '0',
      met: ours.wrong === 0,
    });
    return figures;
  },
};
