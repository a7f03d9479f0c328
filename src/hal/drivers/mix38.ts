import { z } from 'zod';
import type { Channel, Driver, ModbusBus, Sample } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { createPulseRate } from './pulse-count.ts';
import { int16 } from './words.ts';

const channel = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,31}$/, 'a name for the channel, as the points use it');
const input = z.int().min(1);

const Params = z.strictObject({
  ...modbusParams,
  temperatures: z.record(channel, input.max(8)).default({}).describe('universal inputs, each set to its sensor type'),
  contacts: z.record(channel, input.max(12)).default({}).describe('digital inputs: closed to GND is 1'),
  flows: z
    .record(channel, z.strictObject({ input: input.max(12), pulsesPerLitre: z.number().min(1).max(1000) }))
    .default({})
    .describe('digital inputs that count, at most 100 pulses a second'),
  relays: z.record(channel, z.strictObject({ output: input.max(12), inverted: z.boolean() })).default({}),
  analogue: z.record(channel, z.strictObject({ output: input.max(6), inverted: z.boolean() })).default({}),
  countsAt10V: z
    .int()
    .min(100)
    .max(65_535)
    .default(10_000)
    .describe('what the manual of your module gives for 10 V at an analogue output'),
});
type Params = z.infer<typeof Params>;

/** Wire addresses: the manual's numbers less 30001 or 40001. */
const ADDRESS_SWITCH = 1;
const DIGITAL_INPUTS = 15;
const TEMPERATURE_1 = 71;
const DIGITAL_OUTPUTS = 17;
const COUNTER_1 = 22;
const ANALOGUE_1 = 120;

/** Temperature registers lie two apart, in tenths of a degree. 0x00FA is 25 °C, 0xFF9C is -10 °C. */
export const decode = (word: number | undefined): number => int16(word) / 10;

function channelsOf(p: Params): Channel[] {
  const named = (record: object, direction: Channel['direction']) =>
    Object.keys(record).map((name): Channel => ({ name, direction }));
  return [
    ...[p.temperatures, p.contacts, p.flows].flatMap((r) => named(r, 'in')),
    ...[p.relays, p.analogue].flatMap((r) => named(r, 'out')),
  ];
}

/** All inputs that the board uses, in at most four reads. */
function reader(bus: ModbusBus, params: Params, monoMs: () => number) {
  const rates = new Map(Object.keys(params.flows).map((name) => [name, createPulseRate()]));
  return async (): Promise<Record<string, Sample>> => {
    const { unit, temperatures, contacts, flows } = params;
    if ((await bus.readInput(unit, ADDRESS_SWITCH, 1))[0] !== unit)
      throw deviceError('BUS_NOISE', 'mix38', params, 'another device answers; check its address switch');
    const samples: Record<string, Sample> = {};
    if (Object.keys(temperatures).length > 0) {
      const atMs = monoMs();
      const words = await bus.readInput(unit, TEMPERATURE_1, 15);
      for (const [name, n] of Object.entries(temperatures)) samples[name] = { value: decode(words[2 * (n - 1)]), atMs };
    }
    if (Object.keys(contacts).length > 0) {
      const atMs = monoMs();
      const [bits = 0] = await bus.readInput(unit, DIGITAL_INPUTS, 1);
      for (const [name, n] of Object.entries(contacts)) samples[name] = { value: (bits >> (n - 1)) & 1, atMs };
    }
    if (rates.size > 0) {
      const askedMs = monoMs();
      const words = await bus.readHolding(unit, COUNTER_1, 24);
      const heardMs = monoMs();
      for (const [name, { input: n, pulsesPerLitre }] of Object.entries(flows)) {
        const pulses = ((words[2 * n - 1]! << 16) | words[2 * n - 2]!) >>> 0;
        const perMinute = rates.get(name)!.add({ pulses, askedMs, heardMs });
        if (perMinute !== undefined) samples[name] = { value: perMinute / pulsesPerLitre, atMs: askedMs };
      }
    }
    return samples;
  };
}

/** All relays share a register: what the others shall be is remembered, released at first. */
function writer(bus: ModbusBus, params: Params) {
  const { unit, relays, analogue, countsAt10V } = params;
  let bits = 0;
  return async (name: string, value: number): Promise<number> => {
    const relay = relays[name];
    if (relay) {
      const mask = 1 << (relay.output - 1);
      const driven = value >= 0.5 !== relay.inverted;
      bits = driven ? bits | mask : bits & ~mask;
      await bus.writeHolding(unit, DIGITAL_OUTPUTS, [bits]);
      const read = (await bus.readHolding(unit, DIGITAL_OUTPUTS, 1))[0]!;
      if ((read & mask) !== (bits & mask))
        throw deviceError(
          'BUS_NOISE',
          'mix38',
          params,
          `output ${relay.output} does not read back; is it in hand mode?`,
        );
      return ((read & mask) !== 0) !== relay.inverted ? 1 : 0;
    }
    const { output, inverted } = analogue[name]!;
    const share = Math.min(Math.max(inverted ? 100 - value : value, 0), 100) / 100;
    await bus.writeHolding(unit, ANALOGUE_1 + output - 1, [Math.round(share * countsAt10V)]);
    return value;
  };
}

/**
 * iSMA-B-MIX38 input and output module over Modbus RTU or TCP: 8 universal inputs (NTC, PT1000), 12 digital inputs with
 * counters, 12 relays, 6 analogue outputs. Channels are named in the board: °C, closed 0/1, L/min (over 1.5 to 3 s, wrong by
 * at most 5 % and one pulse however late we are, else no sample), relay 0/1, %. Its own
 * watchdog (register 40141, seconds) must be set at the module, and its default states to what is safe. Fails: silent,
 * another device at its address (the address switch reads otherwise), an output in hand mode.
 * https://manualshive.com/en/manual/isma/4i4o-h/2093180?page=62 (manual DMP262en, list of registers)
 */
export const mix38: Driver<Params> = {
  name: 'mix38',
  about: 'iSMA MIX38 module of inputs and outputs, Modbus',
  params: Params as z.ZodType<Params>,
  example: {
    bus: 'io',
    unit: 61,
    temperatures: { a0: 1, a1: 8 },
    contacts: { closed: 3 },
    flows: { flowLpm: { input: 12, pulsesPerLitre: 75 } },
    relays: { state: { output: 1, inverted: false } },
    analogue: { out0: { output: 6, inverted: true } },
  },
  channels: channelsOf,
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    return { poll: reader(bus, params, monoMs), write: writer(bus, params) };
  },
};
