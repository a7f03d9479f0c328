import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { CARD_CHANNELS } from './cards.ts';
import { deviceError } from './faults.ts';
import { hostParams } from './params.ts';

const Params = z.strictObject(hostParams);

const Read = z.object({
  samples: z.record(
    z.string(),
    z.union([z.object({ fault: z.string().max(300) }), z.object({ value: z.number(), ageMs: z.number().min(0) })]),
  ),
});
const Capped = z.object({ capW: z.number().min(0) });

/** The host's answer to `read`, received at `nowMs`; undefined where it is none. */
export function decode(answer: unknown, nowMs: number): Record<string, Sample> | undefined {
  const parsed = Read.safeParse(answer);
  if (!parsed.success) return undefined;
  const sample = (s: z.infer<typeof Read>['samples'][string]): Sample =>
    'fault' in s ? { value: Number.NaN, atMs: nowMs, fault: s.fault } : { value: s.value, atMs: nowMs - s.ageMs };
  return Object.fromEntries(Object.entries(parsed.data.samples).map(([name, s]) => [name, sample(s)]));
}

/**
 * Accelerators in a machine of their own, which runs `heatmine accel-host` (any of our drivers behind a unix or TCP socket).
 * Channels: powerW, chipC, utilPct, memoryPct, capW (out). The cap goes out with a time to live of `ttlS` and is renewed at
 * half of it: a host that hears nothing drops its cap by itself. Fails: no host, none in time (1 s), what its own driver tells.
 * Protocol: JSON lines, src/hal/accel-host.ts.
 */
export const accelHost: Driver<z.infer<typeof Params>> = {
  name: 'accel-host',
  about: 'accelerators in another machine, with its own dead-man',
  params: Params,
  example: { bus: 'rack', ttlS: 5 },
  timeoutMs: ({ ttlS }) => ttlS * 1000,
  channels: () => CARD_CHANNELS,
  async open(params, { buses, monoMs }) {
    const bus = buses.host(params.bus);
    return {
      async poll() {
        const samples = decode(await bus.ask({ op: 'read' }), monoMs());
        if (!samples)
          throw deviceError('BUS_NOISE', 'accel-host', params, 'unreadable answer; is it the same version?');
        return samples;
      },
      async write(_channel, capW) {
        const answer = Capped.safeParse(await bus.ask({ op: 'cap', capW, ttlMs: params.ttlS * 1000 }));
        if (!answer.success) throw deviceError('BUS_NOISE', 'accel-host', params, 'did not confirm the cap');
        return answer.data.capW;
      },
    };
  },
};
