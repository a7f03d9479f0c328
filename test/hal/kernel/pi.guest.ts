import type { Image, Outputs, Reading, SensorName } from '../../../src/contract/points.ts';
import { startLoop } from '../../../src/control/loop.ts';
import { initialState } from '../../../src/control/step.ts';
import { type Board, type BoardDevice, loadBoard } from '../../../src/hal/board.ts';
import { recoverI2c } from '../../../src/hal/buses/i2c-recovery.ts';
import { openLinuxBuses } from '../../../src/hal/buses/linux.ts';
import { openLinuxI2c } from '../../../src/hal/buses/linux-i2c.ts';
import { wiringOf } from '../../../src/hal/drivers/params.ts';
import { openHal } from '../../../src/hal/hal.ts';
import { createRig, HOUSE, MARKET } from '../../control/rig.ts';
import { PI_SENSORS } from './pi-sensors.ts';

/**
 * Runs in the emulated Pi: the HAL on board pi4 and the control loop over it. Eight temperatures are chips on the Pi's own
 * I2C bus, the relays are lines of its own pin controller. What QEMU has no device for (flows, contacts, power, analogue
 * outputs) is stood in for here, so that control has a whole machine to judge.
 */
const SPEED = 120;
const monoMs = () => performance.now();

function piBoard(): Board {
  const board = loadBoard('pi4');
  const devices: Record<string, BoardDevice> = {};
  for (const [name, device] of Object.entries(board.devices)) {
    // The other chips of the bus are not there, and their addresses are taken.
    if (wiringOf(device.params).kind !== 'i2c' || Object.keys(device.sensors).length === 0) devices[name] = device;
  }
  for (const [point, address] of Object.entries(PI_SENSORS)) {
    const sensors = { [point]: { channel: 'temperatureC', maxAgeMs: 1500, note: 'emulated' } };
    devices[point] = { driver: 'lm75', params: { bus: 'i2c1', address, chip: 'lm75' }, sensors, actuators: {} };
  }
  const gpio0 = { kind: 'gpio', chip: 'pinctrl-bcm2835' } as const;
  return { ...board, devices, watchdog: undefined, buses: { ...board.buses, gpio0 } };
}

/** Takes the adapter's driver off and puts it back, as for a bus that a chip holds; the wires themselves QEMU does not have. */
async function resetAdapter(): Promise<void> {
  const path = '/dev/i2c-1';
  const recover = () => recoverI2c(path, 'i2c1', undefined);
  const read = async () => {
    const i2c = openLinuxI2c({ path, bus: 'i2c1', monoMs, recover });
    const answer = await i2c.transfer(PI_SENSORS.bufferTopC!, Uint8Array.of(0), 2).catch((e) => [e.message]);
    await i2c.close();
    return answer.join(' ');
  };
  const before = await read();
  const outcome = await recover().then(
    () => 'reset',
    (e) => e.message,
  );
  console.log(`adapter: ${before}; ${outcome}; ${await read()}`);
}

await resetAdapter();
const board = piBoard();
const buses = openLinuxBuses(board, monoMs);
const hal = await openHal({ board, buses, monoMs });
const rig = createRig();
let ordered: Outputs = rig.verdict.outputs;
let toggled = 0;

/** What the chips say, and a calm house for all the rest. */
function image(tick: number): Image {
  const real = hal.image(tick);
  const { compressorOn, compressorPct, accelPumpPct, circulationPct } = ordered;
  const standIns = {
    ...rig.values,
    accelFlowLpm: 0.2 * accelPumpPct,
    heatFlowLpm: 0.4 * circulationPct,
    compressorW: compressorOn * 25 * compressorPct,
    compressorHz: compressorOn * compressorPct,
  };
  const sensors = Object.fromEntries(
    Object.entries(standIns).map(([name, value]): [string, Reading] => {
      if (name in PI_SENSORS) return [name, real.sensors[name as SensorName]];
      return [name, { value, atMs: real.atMs, quality: 'good' }];
    }),
  ) as Image['sensors'];
  // Analogue outputs and the drive have no device here either; the relays tell what they really are.
  const { compressorOn: enabled, accelSupplyOn } = real.actuators;
  return { ...real, sensors, actuators: { ...ordered, compressorOn: enabled, accelSupplyOn } };
}

startLoop({
  hal: {
    image,
    apply(outputs) {
      ordered = outputs;
      hal.apply(outputs);
    },
    deadMan: {
      toggle() {
        toggled += 1;
        hal.deadMan.toggle();
      },
    },
  },
  monoMs,
  speed: SPEED,
  inputs: () => ({ setPoints: rig.setPoints, market: MARKET, want: undefined, house: HOUSE }),
  start: initialState(HOUSE),
  onTick(seen, verdict) {
    if (seen.tick % 10 !== 0) return;
    const temperatures = Object.keys(PI_SENSORS).map((n) => {
      const { value, quality } = seen.sensors[n as SensorName];
      return quality === 'good' ? value : null;
    });
    const reason = verdict.reasons[0]?.text ?? '';
    if (seen.tick % 50 === 0) console.log(`health ${JSON.stringify(hal.health())}`);
    console.log(
      `told ${JSON.stringify({ atMs: seen.atMs, tick: seen.tick, temperatures, on: verdict.outputs.compressorOn, toggled, reason })}`,
    );
  },
  onFail: (error) => console.log(error),
  onStarve: (why) => console.log(`starved: ${why}`),
});
