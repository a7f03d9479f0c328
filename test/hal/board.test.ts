import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadBoard, parseBoard } from '../../src/hal/board.ts';

type Json = { [key: string]: Json } & { [key: string]: unknown };

const sim = readFileSync(new URL('../../boards/sim.json', import.meta.url), 'utf8');

/** The faults of the sim board after `change`, as lines without the file name. */
function faultsAfter(change: (board: Json) => void): string[] {
  const board = JSON.parse(sim) as Json;
  change(board);
  try {
    parseBoard(JSON.stringify(board), '/b/x.json');
  } catch (error) {
    assert.is((error as { code: string }).code, 'BOARD_INVALID');
    return (error as Error).message.split('\n').map((line) => line.replace('/b/x.json: ', ''));
  }
  return [];
}

for (const name of ['sim', 'pi4', 'pi5']) {
  test(`board ${name} loads`, () => {
    const board = loadBoard(name);
    assert.is(board.name, name);
    assert.is(board.simulated, name === 'sim');
    assert.is(board.backend, name === 'sim' ? 'sim' : 'linux');
    assert.equal(board.devices.tmpAccelOut?.params, { bus: 'i2c1', address: 0x49 });
    assert.equal(board.deadMan.line, 26);
  });
}

test('an output of a module whose dead wire is not safe is told as well', () => {
  const file = new URL('../../boards/minipc.json', import.meta.url);
  const board = JSON.parse(readFileSync(file, 'utf8')) as Json;
  Object.assign((board.devices!.module1!.params!.analogue as Json).accelPumpPct!, { inverted: false });
  assert.throws(
    () => parseBoard(JSON.stringify(board), '/b/x.json'),
    /devices\.module1\.params\.inverted: a dead wire would mean accelPumpPct = 0, but safe is 100/,
  );
});

const CASES: [what: string, change: (b: Json) => void, expected: RegExp][] = [
  [
    'duplicate I2C address',
    (b) => Object.assign(b.devices!.tmpAccelOut!.params!, { address: '0x48' }),
    /^devices\.tmpAccelOut\.params\.address: i2c1 0x48 is already used by devices\.tmpAccelIn; give each its own address$/,
  ],
  [
    'duplicate GPIO line',
    (b) => Object.assign(b.devices!.contactGas!.params!, { line: 20 }),
    /^devices\.contactGas\.params\.line: gpio0 line 20 is already used by devices\.contactLp/,
  ],
  [
    'GPIO line of the dead-man',
    (b) => Object.assign(b.devices!.contactGas!.params!, { line: 26 }),
    /^devices\.contactGas\.params\.line: gpio0 line 26 is already used by deadMan/,
  ],
  [
    'duplicate Modbus unit',
    (b) => Object.assign(b.devices!.meterPv!.params!, { unit: 11 }),
    /^devices\.meterPv\.params\.unit: meter unit 11 is already used by devices\.meterGrid/,
  ],
  [
    'unknown driver',
    (b) => Object.assign(b.devices!.tmpRoom!, { driver: 'mcp9800' }),
    /^devices\.tmpRoom\.driver: unknown driver "mcp9800", did you mean "mcp9808"\?$/,
  ],
  [
    'unknown channel',
    (b) => Object.assign(b.devices!.adcWater!.points!.supplyC!, { channel: 'a7' }),
    /^devices\.adcWater\.points\.supplyC\.channel: ads1115-ntc has no channel "a7", did you mean "a0"\?$/,
  ],
  [
    'sensor on an output channel',
    (b) => Object.assign(b.devices!.drive!.points!.compressorHz!, { channel: 'speedPct' }),
    /^devices\.drive\.points\.compressorHz\.channel: "speedPct" is an output, but the point is a sensor; atv320 offers speedHz, powerW$/,
  ],
  [
    'unknown point',
    (b) => {
      const { roomC } = b.devices!.tmpRoom!.points!;
      Object.assign(b.devices!.tmpRoom!, { points: { romC: roomC } });
    },
    /^devices\.tmpRoom\.points\.romC: unknown point "romC", did you mean "roomC"\?$/,
  ],
  [
    'point without a unit',
    (b) =>
      Object.assign(b.devices!.tmpRoom!.points!, {
        pressure: { channel: 'temperatureC', maxAgeMs: 1000, note: 'x y' },
      }),
    /^devices\.tmpRoom\.points\.pressure: unknown point "pressure", whose name ends in no unit; known: /,
  ],
  ['missing point', (b) => delete b.devices!.adcTanks, /^devices: no device serves "bufferTopC"; add it/],
  [
    'no safe value',
    (b) => delete b.devices!.dacFan!.points!.dryCoolerPct!.safe,
    /^devices\.dacFan\.points\.dryCoolerPct\.safe: missing; give the value/,
  ],
  [
    'unsafe safe value',
    (b) => Object.assign(b.devices!.relayCompressor!.points!.compressorOn!, { safe: 1 }),
    /^devices\.relayCompressor\.points\.compressorOn\.safe: the safe value of compressor enable line is 0, not 1$/,
  ],
  [
    'dead wire is not safe',
    (b) => Object.assign(b.devices!.dacPumps!.params!, { inverted: false }),
    /^devices\.dacPumps\.params\.inverted: a dead wire would mean accelPumpPct = 0, but safe is 100; set "inverted": true/,
  ],
  [
    'stale trip point',
    (b) => Object.assign(b.devices!.tmpAccelOut!.points!.accelOutC!, { maxAgeMs: 1501 }),
    /^devices\.tmpAccelOut\.points\.accelOutC\.maxAgeMs: accelOutC can stop the machine: at most 1500, not 1501$/,
  ],
  [
    'line off the header',
    (b) => Object.assign(b.devices!.relayBackup!.params!, { line: 40 }),
    /^devices\.relayBackup\.params\.line: pinctrl-bcm2711 has no line 40 on its header; use 2 to 27$/,
  ],
  [
    'negative line',
    (b) => Object.assign(b.devices!.relayBackup!.params!, { line: -1 }),
    /^devices\.relayBackup\.params\.line: /,
  ],
  [
    'no note',
    (b) => delete b.devices!.contactHp!.points!.pressureHighOk!.note,
    /^devices\.contactHp\.points\.pressureHighOk\.note: missing; say in a few words/,
  ],
  [
    'no dead-man',
    (b) => delete b.deadMan,
    /^deadMan: none named, but these stay driven after a crash: compressorOn, .*; add \{ "bus", "line", "drops", "note" \}/,
  ],
  [
    'output that stays driven after a crash',
    (b) => Object.assign(b.deadMan!, { drops: ['compressorOn', 'accelSupplyOn', 'backupHeaterOn', 'rejectOn'] }),
    /^devices\.relayReverse\.points\.coolingOn: its GPIO line may stay driven after a crash; .* add "coolingOn" to deadMan\.drops$/,
  ],
  ['dead-man drops nobody', (b) => delete b.deadMan!.drops, /^deadMan\.drops: missing; name the outputs/],
  [
    'dead-man on two wires',
    (b) => Object.assign(b.deadMan!, { unit: 1, register: 2, high: 1 }),
    /^deadMan: name either its GPIO "line", or "unit", "register" and "high"/,
  ],
  [
    'unknown bus',
    (b) => Object.assign(b.devices!.tmpRoom!.params!, { bus: 'i2c2' }),
    /^devices\.tmpRoom\.params\.bus: no bus "i2c2"; buses has i2c1, /,
  ],
  [
    'bus of another kind',
    (b) => Object.assign(b.devices!.tmpRoom!.params!, { bus: 'meter' }),
    /^devices\.tmpRoom\.params\.bus: "meter" is a modbus bus, this needs a i2c bus$/,
  ],
  [
    'address of no such chip',
    (b) => Object.assign(b.devices!.tmpRoom!.params!, { address: '0x50' }),
    /^devices\.tmpRoom\.params\.address: this chip answers from 0x18 to 0x1F only/,
  ],
  [
    'address as a number',
    (b) => Object.assign(b.devices!.tmpRoom!.params!, { address: 24 }),
    /^devices\.tmpRoom\.params\.address: /,
  ],
  [
    'unknown key',
    (b) => Object.assign(b.devices!.flowCoolant!.params!, { pulsePerLitre: 1 }),
    /^devices\.flowCoolant\.params\.pulsePerLitre: unknown key, did you mean "pulsesPerLitre"\?$/,
  ],
  ['unknown top key', (b) => Object.assign(b, { titel: 'x' }), /^titel: unknown key, did you mean "title"\?$/],
  [
    'point served twice',
    (b) =>
      Object.assign(b.devices!.tmpAccelIn!.points!, {
        roomC: { channel: 'temperatureC', maxAgeMs: 1000, note: 'again' },
      }),
    /^devices\.tmpRoom\.points\.roomC: already served by devices\.tmpAccelIn; keep one$/,
  ],
];

for (const [what, change, expected] of CASES) {
  test(`fault told: ${what}`, () => {
    const faults = faultsAfter(change);
    assert.ok(
      faults.some((fault) => expected.test(fault)),
      `${faults.join('\n') || 'no fault'}\nexpected ${expected}`,
    );
  });
}

test('optional points may be left out: sun, meter, tank, and a room that is told over MQTT', () => {
  const faults = faultsAfter((b) => {
    for (const device of ['meterPv', 'meterGrid', 'tmpRoom']) delete b.devices![device];
    delete b.devices!.adcTanks!.points!.hotWaterC;
  });
  assert.equal(faults, []);
});

test('all faults are told at once, over all levels', () => {
  const faults = faultsAfter((b) => {
    delete b.title;
    delete b.deadMan;
    Object.assign(b.devices!.tmpRoom!, { driver: 'tmp118' });
    Object.assign(b.devices!.relayBackup!.params!, { line: 17 });
    delete b.devices!.meterGrid!.points!.gridW!.note;
  });
  for (const path of [
    /^title: /,
    /^deadMan: /,
    /^devices\.tmpRoom\.driver: /,
    /^devices\.relayBackup\.params\.line: /,
  ]) {
    assert.ok(
      faults.some((f) => path.test(f)),
      `${path} in\n${faults.join('\n')}`,
    );
  }
  assert.ok(faults.some((f) => f.startsWith('devices.meterGrid.points.gridW.note: ')));
});

test('a file that is no board says so', () => {
  assert.throws(() => parseBoard('{', '/b/x.json'), /x\.json: not JSON/);
  assert.throws(() => parseBoard('[]', '/b/x.json'), /x\.json: \(top\): /);
  assert.throws(() => parseBoard('{"devices":3}', '/b/x.json'), /devices: /);
  assert.throws(() => loadBoard('nowhere'), /boards\/nowhere\.json: cannot be read: .*give a file in boards\//);
});

test.run();
