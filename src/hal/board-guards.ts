import { z } from 'zod';
import { ACTUATOR_NAMES } from '../contract/points.ts';

/** Where a wire goes, for the person who holds it. */
export const note = z.string().min(3, 'say in a few words where the wire goes').max(300);

/**
 * What holds the relay chain, changed once per completed tick: a GPIO line, or a register of a Modbus module that goes
 * between 0 and `high` (an analogue output, or a transistor: a relay would be worn out within weeks).
 */
export const DeadMan = z
  .strictObject({
    bus: z.string(),
    line: z.int().min(0).max(511).optional(),
    unit: z.int().min(1).max(247).optional(),
    register: z.int().min(0).max(65_535).optional(),
    high: z.int().min(1).max(65_535).optional(),
    drops: z
      .array(z.enum(ACTUATOR_NAMES))
      .min(1)
      .describe('outputs that the relay takes to their safe value when it falls'),
    note,
  })
  .refine(
    ({ line, unit, register, high }) =>
      (line !== undefined) !== (unit !== undefined && register !== undefined && high !== undefined),
    'name either its GPIO "line", or "unit", "register" and "high" of its Modbus output',
  );
export type DeadMan = z.infer<typeof DeadMan>;

/** The machine starts anew when no good tick has fed this for so long; armed by the first good tick. */
export const Watchdog = z.strictObject({
  path: z.string().regex(/^\/dev\/watchdog\d*$/, 'a path like /dev/watchdog'),
  timeoutS: z.int().min(2).max(300).describe('a Raspberry Pi takes 15 at the most'),
});
export type Watchdog = z.infer<typeof Watchdog>;
