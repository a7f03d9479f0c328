import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import { sleep, UNIT } from './helpers.ts';
import { bodyOf, fakeControl, withNet } from './web-helpers.ts';

test(
  'the price of now is that of the list that somebody sent, with fees and tax; outside of it there is none',
  withNet(async (net) => {
    const { state, publish } = await fakeControl(net);
    const home = await net.broker.client('home');
    const startMs = state.houseTimeMs - 1000;
    const send = (list: object) =>
      home.publishAsync(topicPath(UNIT, 'prices'), JSON.stringify(list), { retain: true, qos: 1 });
    /** What is shown once it is what is wanted; that of the last look when it never is. */
    const shown = async (isWanted: (eurPerKwh: number | undefined) => boolean) => {
      let eurPerKwh: number | undefined;
      for (let tries = 0; tries < 300; tries++) {
        await publish();
        const { market } = await bodyOf(await fetch(`${net.url}/api/state`));
        eurPerKwh = (market as { priceEurPerKwh: number } | null)?.priceEurPerKwh;
        if (isWanted(eurPerKwh)) break;
        await sleep(20);
      }
      return eurPerKwh;
    };
    await send({ startMs, stepS: 900, spotEurPerKwh: [0.1, 0.9] });
    const { feesEurPerKwh, vatPct } = Config.parse({}).tariff;
    assert.is(await shown((eur) => eur !== undefined), (0.1 + feesEurPerKwh) * (1 + vatPct / 100));
    await send({ startMs: startMs - 9_000_000, stepS: 900, spotEurPerKwh: [0.1] });
    assert.is(await shown((eur) => eur === undefined), undefined);
  }),
);

test.run();
