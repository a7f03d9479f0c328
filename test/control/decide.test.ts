import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { supplyTargetC } from '../../src/control/decide/curve.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import { learnPump } from '../../src/control/learn/pump-map.ts';
import type { Verdict } from '../../src/control/types.ts';
import { computing, createRig, followOutputs, HOUSE, type Rig, run, tick, until } from './rig.ts';

interface Row {
  why: string;
  given(rig: Rig): void;
  seconds: number;
  expect(v: Verdict, rig: Rig): boolean;
}

const rows: Row[] = [
  {
    why: 'a cold buffer in winter starts the compressor, with water moving',
    given: (r) => Object.assign(r.values, { bufferTopC: 30, bufferBottomC: 28 }),
    seconds: 400,
    expect: (v) => v.action === 'heating' && v.outputs.compressorPct >= 30 && v.outputs.circulationPct >= 35,
  },
  {
    why: 'a mild day needs no heat',
    given: (r) => Object.assign(r.values, { outdoorC: 19, roomC: 21.4, bufferTopC: 25 }),
    seconds: 400,
    expect: (v) => v.action === 'idle' && v.outputs.compressorOn === 0,
  },
  {
    why: 'mode off: nothing runs',
    given: (r) => {
      r.setPoints.mode = 'off';
      r.values.bufferTopC = 25;
      r.values.hotWaterC = 35;
    },
    seconds: 400,
    expect: (v) => v.action === 'off' && v.outputs.compressorOn === 0 && v.outputs.hotWaterOn === 0,
  },
  {
    why: 'hot water goes first',
    given: (r) => Object.assign(r.values, { bufferTopC: 30, hotWaterC: 40 }),
    seconds: 400,
    expect: (v) => v.action === 'hotWater' && v.outputs.hotWaterOn === 1 && v.outputs.compressorPct > 90,
  },
  {
    why: 'own sun that would be fed in: the tank is topped up early',
    given: (r) => Object.assign(r.values, { hotWaterC: 44, outdoorC: 12, gridW: -4000, pvW: 5000 }),
    seconds: 500,
    expect: (v) => v.action === 'hotWater',
  },
  {
    why: 'without it the same tank waits',
    given: (r) => Object.assign(r.values, { hotWaterC: 44, outdoorC: 12 }),
    seconds: 500,
    expect: (v) => v.outputs.hotWaterOn === 0,
  },
  {
    why: 'hot gas near its limit slows the compressor down and does not stop a charge in its last kelvins',
    given: (r) => Object.assign(r.values, { hotWaterC: 41, condenserOutC: 60, dischargeC: 104.5 }),
    seconds: 500,
    expect: (v) => v.outputs.compressorOn === 1 && v.outputs.compressorPct < 31,
  },
  {
    why: 'a hot room is cooled, the valve turned before the compressor starts, accelerator heat outdoors',
    given: (r) => {
      r.setPoints.mode = 'cooling';
      Object.assign(r.values, { roomC: 25, outdoorC: 30, bufferTopC: 25, supplyC: 25, returnC: 25, condenserOutC: 25 });
    },
    seconds: 800,
    expect: (v) => v.action === 'cooling' && v.outputs.coolingOn === 1 && v.outputs.rejectOn === 1,
  },
  {
    why: 'filler loses against an own heat pump and says so',
    given: (r) => Object.assign(r.values, { bufferTopC: 37 }),
    seconds: 120,
    expect: (v) => v.fillerW === 0 && v.outputs.accelSupplyOn === 0 && /does not pay/.test(v.reasons[0]!.text),
  },
  {
    why: 'a question is always welcome: standby watts are granted although filler does not pay',
    given: () => {},
    seconds: 30,
    expect: (v) => v.grantW >= 400,
  },
  {
    why: 'queued questions switch the supply on and get their watts',
    given: (r) => {
      r.want = { wantW: 2200, incomeEurPerKwh: 0, queued: 2 };
    },
    seconds: 5,
    expect: (v) => v.outputs.accelSupplyOn === 1 && v.grantW >= 2200 && v.outputs.accelCapW >= 2200,
  },
  {
    why: 'an owner who values computing gets filler up to what the heat need takes, with its price',
    given: (r) => {
      r.setPoints.computeValueEurPerKwh = 0.26;
    },
    seconds: 120,
    expect: (v) => v.fillerW > 1000 && v.outputs.accelSupplyOn === 1 && /because a kWh/.test(v.reasons[0]!.text),
  },
  {
    why: 'computing switched off means no watts at all',
    given: (r) => {
      r.setPoints.computeOn = false;
      r.setPoints.computeValueEurPerKwh = 1;
      r.want = { wantW: 2200, incomeEurPerKwh: 1, queued: 2 };
    },
    seconds: 60,
    expect: (v) => v.grantW === 0 && v.fillerW === 0 && v.outputs.accelSupplyOn === 0,
  },
  {
    why: 'without a price nothing is bought for unpaid computing, questions still run',
    given: (r) => {
      r.market = undefined;
      r.setPoints.computeValueEurPerKwh = 1;
    },
    seconds: 120,
    expect: (v) => v.fillerW === 0 && v.grantW >= 400,
  },
];

test('table: situation -> what the unit does', () => {
  for (const row of rows) {
    const rig = createRig();
    row.given(rig);
    run(rig, row.seconds, 0.5);
    const { outputs, action, grantW, fillerW, reasons } = rig.verdict;
    assert.ok(
      row.expect(rig.verdict, rig),
      `${row.why}: ${JSON.stringify({ action, grantW, fillerW, outputs })} ${reasons[0]?.text}`,
    );
  }
});

test('the tank is charged at the speed of the best learnt COP, at full speed when it is cold or the house cannot wait', () => {
  let { map } = ownPumpStart(HOUSE);
  // A machine that is far better at part load, as inverters with large exchangers are.
  for (let i = 0; i < 400; i++) {
    const [level, outdoorC, supplyC] = [0.3 + 0.1 * (i % 8), (i % 5) * 4 - 4, 35 + (i % 4) * 8];
    const heatW = 14_000 * level;
    const sample = { level, outdoorC, supplyC, heatW, powerW: heatW / (5 - 2 * level) };
    map = learnPump(map, { ...sample, dtS: 900, runS: 7200 });
  }
  const chargedPct = (values: object) => {
    const rig = createRig({ bufferTopC: 37, outdoorC: 10, hotWaterC: 41.5, ...values });
    rig.state = { ...rig.state, pump: { ...rig.state.pump, map } };
    run(rig, 450, 0.5);
    assert.is(rig.verdict.action, 'hotWater');
    return rig.verdict.outputs.compressorPct;
  };
  assert.ok(chargedPct({}) < 60, 'mild weather');
  assert.ok(chargedPct({ hotWaterC: 38 }) > 90, 'a cold tank');
  assert.ok(chargedPct({ outdoorC: -10, bufferTopC: 44 }) > 90, 'a cold day');
});

test('the curve learns from a room that followed it, not from heat that came anyway, nor from one it could not give', () => {
  const taught = (values: object) => {
    const rig = createRig(values);
    rig.world = (r) => {
      followOutputs(r);
      r.values.bufferTopC = r.state.plan.plan.supplySetC + ((values as { offK?: number }).offK ?? 0);
    };
    run(rig, 6 * 3600, 30);
    return rig.state.plan.trimK;
  };
  assert.ok(taught({ roomC: 21.5 }) < -0.3, 'too warm by the curve');
  assert.ok(taught({ roomC: 20.5 }) > 0.3, 'too cold by the curve');
  assert.is(taught({ roomC: 21.5, offK: 6 }), 0, 'the accelerator had filled the buffer');
  assert.is(taught({ roomC: 20.5, offK: -6 }), 0, 'the pump was too weak');
  assert.is(taught({ roomC: 22.2, outdoorC: 16 }), 0, 'the sun: the curve is at its end');
});

test('a lapsed price ends filler within one tick', () => {
  const rig = createRig();
  rig.setPoints.computeValueEurPerKwh = 1;
  run(rig, 120, 0.5);
  assert.ok(rig.verdict.fillerW > 0);
  rig.market = undefined;
  run(rig, 1);
  assert.is(rig.verdict.fillerW, 0);
});

test('an idle accelerator loses its supply after a quarter of an hour: idle watts are money', () => {
  const rig = createRig();
  computing(rig, 2000);
  run(rig, 60);
  assert.is(rig.verdict.outputs.accelSupplyOn, 1);
  rig.world = () => {};
  rig.values.accelW = 100;
  rig.want = { wantW: 0, incomeEurPerKwh: 0, queued: 0 };
  const offS = until(rig, 2000, (v) => v.outputs.accelSupplyOn === 0, 1);
  assert.ok(offS >= 890 && offS <= 910, `${offS}`);
});

test('weather curve: more frost means hotter water, a cold room too, a warm day none, never above the design by 8 K', () => {
  const at = (outdoorC: number, roomC = 21) => supplyTargetC(HOUSE, 21, outdoorC, roomC, 0);
  assert.is(at(HOUSE.designOutdoorC), HOUSE.supplyDesignC);
  assert.is(at(20), 0);
  assert.ok(at(20, 20) > 0, 'a cold room is heated on a warm day');
  for (let c = -25; c < 17; c++) assert.ok(at(c) >= at(c + 1));
  assert.ok(at(0, 20) > at(0, 21));
  assert.ok(at(-40, 5) <= HOUSE.supplyDesignC + 8);
});

test('a change of the room set-point is planned at once, not at the next minute', () => {
  const rig = createRig();
  run(rig, 70);
  const before = rig.state.plan.plan.supplySetC;
  rig.setPoints.roomSetC = 24;
  tick(rig);
  assert.ok(rig.state.plan.plan.supplySetC > before + 2);
});

test.run();
