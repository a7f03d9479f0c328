import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActuatorName, SensorName } from '../../src/contract/points.ts';
import type { Board, BoardDevice } from '../../src/hal/board.ts';
import { createSlot, type DeviceSlot } from '../../src/hal/device-slot.ts';
import { DRIVERS } from '../../src/hal/drivers/index.ts';
import { wiringOf } from '../../src/hal/drivers/params.ts';
import { TIMING_SHARE, WINDOW_MS } from '../../src/hal/drivers/pulse-count.ts';
import type { FaultInput } from '../../src/hal/sim/faults.ts';
import type { Hardware } from '../../src/hal/sim/hardware.ts';
import type { BusBackend } from '../../src/hal/types.ts';
import { loopMs } from './patience.ts';
import { alive, hardwareFor, readings, board as reference, warmPlant } from './sim/rig.ts';

const monoMs = () => performance.now();
const truth = { ...readings(warmPlant()), gridW: 1234, accelChipC: 61, accelW: 3000, pressureHighOk: 1 };

/** The point that stands for a channel here, and what its reading may be off by. */
const CHANNELS: Record<string, { point: SensorName | ActuatorName; within: number }> = {
  temperatureC: { point: 'roomC', within: 0.3 },
  flowLpm: { point: 'heatFlowLpm', within: 0.5 },
  supplyC: { point: 'supplyC', within: 0.01 },
  returnC: { point: 'returnC', within: 0.01 },
  closed: { point: 'pressureHighOk', within: 0 },
  powerW: { point: 'gridW', within: 20 },
  chipC: { point: 'accelChipC', within: 1 },
  speedHz: { point: 'compressorHz', within: 0.1 },
  a0: { point: 'supplyC', within: 0.1 },
  a1: { point: 'returnC', within: 0.1 },
  a2: { point: 'bufferTopC', within: 0.1 },
  a3: { point: 'outdoorC', within: 0.1 },
  state: { point: 'compressorOn', within: 0 },
  speedPct: { point: 'compressorPct', within: 0.2 },
  out0: { point: 'accelPumpPct', within: 0.1 },
  out1: { point: 'circulationPct', within: 0.1 },
  capW: { point: 'accelCapW', within: 20 },
};
/** A count asked for over Modbus says less than a kernel's stamps: the bound that the driver's docstring gives. */
const COUNTED_WITHIN = TIMING_SHARE * truth.heatFlowLpm + 60_000 / WINDOW_MS / 75;
const withinOf = (driver: string, channel: string) =>
  driver === 'mix38' && channel === 'flowLpm' ? COUNTED_WITHIN : CHANNELS[channel]!.within;
/** Channels that no point of the contract takes yet. */
const POINTLESS = ['utilPct', 'memoryPct'];
/** What a device without identity or checksum cannot know; its docstring says so. */
const BLIND: Record<string, string[]> = { lm75: ['swapped', 'foreign'] };

/** A board with one device of every driver, as its example says: its own bus each, but one line for all of Modbus. */
export function boardOfAll(): Board {
  const devices: Record<string, BoardDevice> = {};
  for (const driver of DRIVERS) {
    const raw = driver.params.parse(driver.example) as { bus: string };
    const { kind } = wiringOf(raw);
    const bus = kind === 'modbus' ? 'line' : kind === 'gpio' ? 'gpio0' : driver.name.replaceAll('-', '');
    const params = { ...raw, bus };
    const device: BoardDevice = { driver: driver.name, params, sensors: {}, actuators: {} };
    for (const { name, direction } of driver.channels(params)) {
      const known = CHANNELS[name];
      if (!known) assert.ok(POINTLESS.includes(name), `${driver.name}: add channel ${name} to CHANNELS`);
      else if (direction === 'in')
        Object.assign(device.sensors, { [known.point]: { channel: name, maxAgeMs: 1500, note: 'test' } });
      else Object.assign(device.actuators, { [known.point]: { channel: name, safe: 0, note: 'test' } });
    }
    devices[driver.name] = device;
  }
  return { ...reference, name: 'all', devices };
}

const board = boardOfAll();
const names = Object.keys(board.devices);
const kindOf = (name: string) => wiringOf(board.devices[name]!.params).kind;
const onWires = names.filter((name) => kindOf(name) !== 'gpio');
/** Beyond the limit of the bus. */
const LATE_MS = { i2c: 300, modbus: 450, command: 1500, files: 1500, host: 1500, gpio: 0 };

export interface DriverRig {
  buses: BusBackend;
  stop?(): Promise<void>;
}

/** What every driver does alike on every back end. Registers and runs its own suite. */
export function driverCompliance(
  name: string,
  makeRig: (hardware: Hardware, board: Board) => Promise<DriverRig>,
): void {
  const test = suite(`drivers on ${name}`);

  async function withSlots(body: (slots: DeviceSlot[], hardware: Hardware) => Promise<void>): Promise<void> {
    const hardware = hardwareFor(truth, board);
    const rig = await makeRig(hardware, board);
    const slots = names.map((device) =>
      createSlot(device, board.devices[device]!, { buses: rig.buses, monoMs }, () => undefined),
    );
    try {
      await alive(hardware, async () => {
        await Promise.all(slots.map((slot) => slot.poll()));
        await until('all read', 6000, slots, (slot) => !offOf(slot));
        await body(slots, hardware);
      });
    } finally {
      await rig.buses.close();
      await rig.stop?.();
    }
  }

  test('every driver reads what is there and drives what it is told', () =>
    withSlots(async (slots, hardware) => {
      const order = ['gpio-relay', ...names.filter((n) => n !== 'gpio-relay')];
      for (const device of order) {
        const slot = slots.find((s) => s.name === device)!;
        for (const [point, { channel }] of Object.entries(board.devices[device]!.actuators)) {
          const value = channel === 'state' ? 1 : channel === 'capW' ? 500 : 40;
          const confirmed = await written(slot, channel, value);
          const { within } = CHANNELS[channel]!;
          // What the cards accept is theirs to say: what was confirmed must be what arrived.
          if (channel !== 'capW') assert.ok(Math.abs(confirmed - value) <= within, `${device} confirms ${confirmed}`);
          const arrived = hardware.outputs()[point as ActuatorName];
          assert.ok(
            Math.abs(arrived - confirmed) <= within,
            `${device} ${channel}: ${arrived}, confirmed ${confirmed}`,
          );
        }
      }
    }));

  const faults = ['absent', 'stuck', 'noise', 'late', 'swapped', 'foreign'] as const;
  const broken = (fault: (typeof faults)[number]) =>
    withSlots(async (slots, hardware) => {
      const faulty = slots.filter((slot) => onWires.includes(slot.name));
      for (const { name: device, wiring } of faulty) {
        const ms = LATE_MS[wiring.kind];
        hardware.inject((fault === 'late' ? { device, fault, ms } : { device, fault }) as FaultInput);
      }
      const fromMs = monoMs();
      const before = new Map(faulty.map((s) => [s.name, s.health.ok]));
      await Promise.all(faulty.map((slot) => watch(slot, fault, fromMs, fromMs + 2500)));
      for (const slot of faulty.filter((s) => !BLIND[s.name]?.includes(fault) && s.readable())) {
        const bad = Object.values(slot.readings).every((r) => r.quality !== 'good');
        assert.ok(bad, `${slot.name}: still good; ${slot.health.lastError}`);
        assert.is(slot.health.ok, before.get(slot.name), `${slot.name} counts an answer`);
        assert.match(slot.health.lastError ?? '', slot.name, 'names the driver');
      }
      hardware.clear();
      await until('back', 9000, slots, (slot) => !offOf(slot));
    });
  // Each fault has a rig of its own, so that all can wait at the same time.
  let runs: Map<string, Promise<void>> | undefined;
  for (const fault of faults) {
    test(`${fault}: told in time, never a wrong value, and everything comes back by itself`, () => {
      runs ??= new Map(faults.map((each) => [each, broken(each)]));
      for (const run of runs.values()) run.catch(() => undefined);
      return runs.get(fault)!;
    });
  }

  test('half of the answers are noise, seeded: what is taken for good is right', () =>
    withSlots(async (slots, hardware) => {
      const faulty = slots.filter((slot) => onWires.includes(slot.name));
      for (const { name: device } of faulty) hardware.inject({ device, fault: 'noise', share: 0.5 });
      const fromMs = monoMs();
      await Promise.all(faulty.map((slot) => watch(slot, 'noise', fromMs, fromMs + 3000)));
    }));

  test('an accelerator that hangs is bad within 3 s: full power for cooling, none for planning', () =>
    withSlots(async (slots, hardware) => {
      hardware.inject({ plant: 'accelHang' });
      const fromMs = loopMs();
      const accelerators = slots.filter((s) => ['nvidia-smi', 'amdgpu', 'accel-host'].includes(s.name));
      assert.is(accelerators.length, 3);
      await until('bad', 3000, accelerators, (slot) => slot.readings.gridW?.quality === 'bad');
      assert.ok(loopMs() - fromMs < 3000);
    }));

  test.run();
}

/** As the HAL does: a write that a busy machine made late is tried again. */
async function written(slot: DeviceSlot, channel: string, value: number): Promise<number> {
  for (let again = 0; again < 3; again++) {
    try {
      return await slot.write(channel, value);
    } catch {
      await sleep(300);
    }
  }
  return slot.write(channel, value);
}

/** Why a reading of this device is not the truth; undefined when all are. */
function offOf(slot: DeviceSlot): string | undefined {
  for (const [point, { channel }] of Object.entries(board.devices[slot.name]!.sensors)) {
    const reading = slot.readings[point as SensorName];
    if (reading?.quality !== 'good')
      return `${slot.name} ${channel}: ${reading?.reason ?? slot.health.lastError ?? 'not read'}`;
    const off = Math.abs(reading.value - truth[point as SensorName]);
    if (off > withinOf(slot.name, channel))
      return `${slot.name} ${channel}: ${reading.value}, true ${truth[point as SensorName]}`;
  }
  return undefined;
}

/** Polls a faulty device for a while: no call outlasts its limit, and nothing wrong is taken for good. */
async function watch(slot: DeviceSlot, fault: string, fromMs: number, untilMs: number): Promise<void> {
  while (monoMs() < untilMs) {
    const startMs = loopMs();
    await slot.poll();
    assert.ok(loopMs() - startMs < 2600, `${slot.name}: ${loopMs() - startMs} ms`);
    for (const [point, reading] of Object.entries(slot.readings)) {
      if (reading.quality !== 'good' || reading.atMs <= fromMs || BLIND[slot.name]?.includes(fault)) continue;
      const off = Math.abs(reading.value - truth[point as SensorName]);
      const { channel } = board.devices[slot.name]!.sensors[point as SensorName]!;
      assert.ok(
        off <= withinOf(slot.name, channel),
        `${slot.name} under ${fault}: ${reading.value} taken for ${point}`,
      );
    }
    await sleep(40);
  }
}

async function until(what: string, limitMs: number, slots: DeviceSlot[], done: (slot: DeviceSlot) => boolean) {
  const fromMs = loopMs();
  while (!slots.every(done)) {
    if (loopMs() - fromMs > limitMs) {
      const not = slots.filter((s) => !done(s)).map((s) => offOf(s) ?? s.name);
      assert.unreachable(`${what}: not within ${limitMs} ms: ${not.join('; ')}`);
    }
    await Promise.all(slots.map((slot) => slot.poll()));
    await sleep(40);
  }
}
