import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Driver, GpioEdge } from '../types.ts';
import { gpioParams } from './params.ts';

const Params = z.strictObject({ ...gpioParams, pulsesPerLitre: z.number().min(1).max(10_000) });

/** Long enough for a steady figure, short enough to see a lost flow in 2 s. */
const WINDOW_MS = 1000;
/** No edge for this long is no flow. */
const STILL_MS = 1000;

/** One report of the line: how many edges it has had, when by its own clock, and when we heard of it by ours. */
export interface Mark {
  sequence: number;
  atNs: bigint;
  heardMs: number;
}

/**
 * Flow in L/min from the marks of the last second; a pulse is two edges. Durations come from the kernel's stamps, so our
 * own lateness does not matter, and counts from the sequence, so edges lost on the way still count. Once edges stay away
 * longer than the present rate explains, the figure falls as 1/t and is 0 after a second.
 */
export function decode(marks: readonly Mark[], nowMs: number, pulsesPerLitre: number): number {
  const [first, last] = [marks[0], marks.at(-1)];
  const silentMs = last ? nowMs - last.heardMs : Number.POSITIVE_INFINITY;
  if (!first || !last || first === last || silentMs >= STILL_MS) return 0;
  const spanMs = Number(last.atNs - first.atNs) / 1e6;
  if (spanMs <= 0) return 0;
  const edgesPerMs = Math.min((last.sequence - first.sequence) / spanMs, batchEdges(marks) / Math.max(silentMs, 1e-3));
  return (edgesPerMs / 2 / pulsesPerLitre) * 60_000;
}

/** Edges that one report may stand for: reports may be batched, so silence is judged against the largest batch. */
function batchEdges(marks: readonly Mark[]): number {
  let most = 1;
  for (let i = 1; i < marks.length; i++) most = Math.max(most, marks[i]!.sequence - marks[i - 1]!.sequence);
  return most * 2;
}

/** Drops what is older than the window, but keeps two marks, so that slow flow has a span. */
function keepWindow(marks: Mark[], edge: GpioEdge, heardMs: number): Mark[] {
  const last = marks.at(-1);
  const restarted = last && (edge.sequence <= last.sequence || edge.atNs <= last.atNs);
  const all = [...(restarted ? [] : marks), { sequence: edge.sequence, atNs: edge.atNs, heardMs }];
  const from = all.findIndex((m) => heardMs - m.heardMs <= WINDOW_MS);
  return all.slice(Math.min(from, Math.max(all.length - 2, 0)));
}

/**
 * Turbine flow meter with a Hall or reed output to a GPIO line (open collector, pull-up on the line). Channel: flowLpm.
 * Both edges are counted. Fails: the line cannot be read. A cut wire looks like no flow: control compares with the pump.
 * Kernel stamps and sequence numbers: https://docs.kernel.org/userspace-api/gpio/gpio-v2-get-line-ioctl.html
 */
export const pulseFlow: Driver<z.infer<typeof Params>> = {
  name: 'pulse-flow',
  about: 'flow meter with pulse output, GPIO',
  params: Params,
  example: { bus: 'gpio0', line: 5, pulsesPerLitre: 300 },
  channels: () => [{ name: 'flowLpm', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const input = await buses.gpio(params.bus).input(params.line, { bias: 'pull-up', edges: true, counted: true });
    let marks: Mark[] = [];
    input.onEdge((edge) => {
      marks = keepWindow(marks, edge, monoMs());
    });
    return {
      async poll() {
        input.read();
        // Edges that waited while we were busy are heard before they are missed: a turn ends what was under way, the next
        // one asks the kernel anew.
        await turn();
        await turn();
        const atMs = monoMs();
        return { flowLpm: { value: decode(marks, atMs, params.pulsesPerLitre), atMs } };
      },
    };
  },
};
