import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { int16 } from './words.ts';

const Params = z.strictObject(modbusParams);

/** Where the map may begin, with the letters SunS. */
const BASES = [40_000, 50_000, 0];
const SUNS = [0x5375, 0x6e53];
const END = 0xffff;
/** Inverter models with scale factors: single phase, split phase, three phase. */
const INVERTERS = [101, 102, 103];
/** Registers of such a model from its id to the scale factor of the power. */
const COUNT = 16;
const W = 14;
const W_SF = 15;
const NOT_IMPLEMENTED = 0x8000;
const MOST_MODELS = 40;

/** Registers of an inverter model from its id on, in watts; undefined for another model or without a figure. */
export function decode(words: ArrayLike<number>): number | undefined {
  const scale = int16(words[W_SF]);
  if (!INVERTERS.includes(words[0] ?? 0) || words[W] === NOT_IMPLEMENTED || Math.abs(scale) > 10) return undefined;
  return int16(words[W]) * 10 ** scale;
}

/**
 * A solar inverter that speaks SunSpec (models 101 to 103) over Modbus RTU or TCP (Fronius, SMA, SolarEdge, Kostal, ... with
 * SunSpec switched on; TCP port 502, unit as set there). Channel: powerW, AC, production positive, as far as the inverter
 * goes. Registers (holding): the map is searched once for its model, then one read of 16. Fails: silent, no SunSpec map, no
 * inverter model in it, no figure.
 * https://github.com/sunspec/models/blob/master/json/model_103.json
 */
export const sunspec: Driver<z.infer<typeof Params>> = {
  name: 'sunspec',
  about: 'SunSpec solar inverter, Modbus',
  params: Params,
  example: { bus: 'inverter', unit: 126 },
  channels: () => [{ name: 'powerW', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    const fail = (what: string) => deviceError('BUS_NOISE', 'sunspec', params, what);
    let model: number | undefined;
    async function begins(base: number): Promise<boolean> {
      try {
        const words = await bus.readHolding(params.unit, base, 2);
        return words[0] === SUNS[0] && words[1] === SUNS[1];
      } catch (error) {
        // An address that does not exist is an answer too.
        if ((error as { code?: string }).code === 'VALUE_RANGE') return false;
        throw error;
      }
    }
    async function search(): Promise<number> {
      for (const base of BASES) {
        if (!(await begins(base))) continue;
        let at = base + 2;
        for (let n = 0; n < MOST_MODELS; n++) {
          const [id = END, length = 0] = await bus.readHolding(params.unit, at, 2);
          if (INVERTERS.includes(id)) return at;
          if (id === END) break;
          at += 2 + length;
        }
        throw fail('its SunSpec map has no inverter model with scale factors (101 to 103)');
      }
      throw fail('no SunSpec map; switch SunSpec on at the inverter');
    }
    return {
      async poll() {
        model ??= await search();
        const atMs = monoMs();
        const value = decode(await bus.readHolding(params.unit, model, COUNT));
        if (value === undefined) {
          model = undefined;
          throw fail('gives no figure; is it still the same inverter?');
        }
        return { powerW: { value, atMs } };
      },
    };
  },
};
