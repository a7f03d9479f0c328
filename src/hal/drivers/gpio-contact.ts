import { z } from 'zod';
import type { Driver } from '../types.ts';
import { gpioParams } from './params.ts';

const Params = z.strictObject(gpioParams);

/**
 * A normally closed safety contact from 3.3 V to a GPIO line with pull-down: 1 = closed = in order; an opened contact,
 * a cut wire and a dead supply all read 0. Channel: closed. `onTrip` calls at the edge itself; the HAL shows an opening
 * shorter than a tick as 0 in the next image. Fails: the line cannot be read.
 */
export const gpioContact: Driver<z.infer<typeof Params>> = {
  name: 'gpio-contact',
  about: 'normally closed contact, GPIO',
  params: Params,
  example: { bus: 'gpio0', line: 16 },
  channels: () => [{ name: 'closed', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const input = await buses.gpio(params.bus).input(params.line, { bias: 'pull-down', edges: true });
    const listeners: ((channel: string) => void)[] = [];
    input.onEdge((edge) => {
      if (edge.level === 1) return;
      for (const listener of listeners) listener('closed');
    });
    return {
      async poll() {
        return { closed: { value: input.read(), atMs: monoMs() } };
      },
      onTrip(listener) {
        listeners.push(listener);
      },
    };
  },
};
