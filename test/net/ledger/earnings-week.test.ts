import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlState } from '../../../src/contract/messages.ts';
import { Config } from '../../../src/core/config.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { meterEnergy } from '../../../src/net/ledger/energy.ts';
import type { EnergyHour } from '../../../src/net/ledger/entries.ts';
import { sampleOf } from '../../../src/net/ledger/keeper.ts';
import { SAMPLES } from '../samples.ts';

const SAMPLE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WEEK_SAMPLES = (7 * 24 * HOUR_MS) / SAMPLE_MS;

test('a week of the ledger: what computing cost is the bill with it less the bill without it, to 1 %', () => {
  const house = Config.parse({}).house;
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    let meter: Parameters<typeof meterEnergy>[0] = {};
    const done: EnergyHour[] = [];
    const sums = { trueEur: 0, movedEur: 0, heatEur: 0, accelKwh: 0 };
    let price = { priceEurPerKwh: 0, exportEurPerKwh: 0 };
    let [accelW, othersW] = [0, 0];
    for (let i = 0; i <= WEEK_SAMPLES + 1; i++) {
      if (i % 15 === 0) price = { priceEurPerKwh: -0.1 + 0.7 * random(), exportEurPerKwh: 0.12 * random() };
      if (i % 7 === 0) [accelW, othersW] = [random() < 0.3 ? 0 : 5000 * random(), -7000 + 10_000 * random()];
      const stepKwh = (accelW * SAMPLE_MS) / 3.6e9;
      const counts = i > 0 && i <= WEEK_SAMPLES;
      sums.accelKwh += i > 0 ? stepKwh : 0;
      const bill = (w: number) => ((w > 0 ? price.priceEurPerKwh : price.exportEurPerKwh) * w * SAMPLE_MS) / 3.6e9;
      const addedEur = bill(othersW + accelW) - bill(othersW);
      if (counts) sums.trueEur += addedEur;
      if (counts) sums.movedEur += Math.abs(addedEur);
      const view = (value: number) => ({ value, ageMs: 0, quality: 'good' as const });
      const control: ControlState = {
        ...SAMPLES.controlState,
        price: { ...SAMPLES.controlState.price!, ...price },
        sensors: { gridW: view(othersW + accelW), accelW: view(accelW) },
        heat: { condenserW: 0, accelW, rejectedW: accelW / 2 },
        energy: { ...SAMPLES.controlState.energy, accelKwh: sums.accelKwh },
        meters: { ...SAMPLES.controlState.meters, copNow: 4 },
      };
      const wallMs = i * SAMPLE_MS;
      const next = meterEnergy(meter, sampleOf({ control, compute: SAMPLES.computeState }, house, wallMs)!);
      meter = next.meter;
      if (next.done) done.push(next.done);
      if (counts) sums.heatEur += addedEur / 2 / 4;
    }
    const total = (name: 'electricityMicroEur' | 'heatMicroEur') =>
      done.reduce((sum, hour) => sum + hour[name], 0) / 1e6;
    const off = Math.abs(total('electricityMicroEur') - sums.trueEur) / sums.movedEur;
    assert.is(done.length, 7 * 24);
    assert.ok(off < 0.01, `seed ${seed}: ${total('electricityMicroEur')} told, ${sums.trueEur} by the bill`);
    const heatOff = Math.abs(total('heatMicroEur') - sums.heatEur) / (sums.movedEur / 8);
    assert.ok(heatOff < 0.01, `seed ${seed}: heat ${total('heatMicroEur')} told, ${sums.heatEur} reckoned`);
  }
});

test.run();
