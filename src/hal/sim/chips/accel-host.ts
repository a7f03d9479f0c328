import { createAccelHost } from '../../accel-host.ts';
import type { ChipIo, HostChip } from './chip.ts';

/** An accelerator's own host: the program that really runs there, in front of cards that do what they are told. */
export function accelHost(_params: unknown, io: ChipIo): HostChip {
  const { count, tdpW } = io.cards;
  const host = createAccelHost(
    {
      async poll() {
        const atMs = io.monoMs();
        const powerW = io.sense('powerW');
        const values = { powerW, chipC: io.sense('chipC'), utilPct: (100 * powerW) / (count * tdpW), memoryPct: 25 };
        return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, atMs }]));
      },
      async write(_channel, capW) {
        io.actuate('capW', capW);
        return capW;
      },
    },
    io.monoMs,
  );
  let id = 0;
  return {
    kind: 'host',
    async ask(request) {
      // Its own dead-man, by the clock of whoever looks.
      await host.check();
      return host.answer({ ...request, id: ++id });
    },
  };
}
