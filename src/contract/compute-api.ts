import type { z } from 'zod';
import type { Meter } from './wire.ts';

/**
 * What net asks of compute over HTTP on the unix socket `compute.sock`: the OpenAI shapes under /v1, GET /health, and this
 * extra object at the end of every answer under the key `heatmine` (last SSE chunk before [DONE], or the body).
 * The first SSE chunk carries `heatmine: { expert, why }`.
 */
export type AnswerMeter = z.infer<typeof Meter>;
