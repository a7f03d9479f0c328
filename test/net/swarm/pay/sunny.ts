import { topicPath } from '../../../../src/contract/topics.ts';
import { type TestBroker, UNIT } from '../../helpers.ts';
import { SAMPLES } from '../../samples.ts';

const GRANT_TTL_MS = 600_000;

/** Control and compute of a unit with free watts, told once; both count as silent 10 s later unless told again. */
export async function sunny(broker: TestBroker, freeW = 4000): Promise<{ end(): Promise<void> }> {
  const control = await broker.client('control');
  const compute = await broker.client('compute');
  const grant = {
    ...SAMPLES.grant,
    ttlMs: GRANT_TTL_MS,
    value: { ...SAMPLES.grant.value, watts: freeW, fillerW: freeW },
  };
  const tell = async () => {
    await control.publishAsync(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState), { retain: true });
    await compute.publishAsync(topicPath(UNIT, 'computeState'), JSON.stringify(SAMPLES.computeState), { retain: true });
  };
  await control.publishAsync(topicPath(UNIT, 'grant'), JSON.stringify(grant));
  await tell();
  const timer = setInterval(() => void tell().catch(() => {}), 1000);
  return {
    async end() {
      clearInterval(timer);
      await Promise.all([control.endAsync(true), compute.endAsync(true)]);
    },
  };
}
