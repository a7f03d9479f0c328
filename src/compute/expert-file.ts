import { z } from 'zod';

/** models/<id>/expert.json: what an expert is, who may use it, how to ask it, and how good it was measured to be. */
export const ExpertFile = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'lower case letters, digits and dashes'),
  title: z.string().min(1).max(120),
  description: z.string().max(2000),
  topics: z.array(z.string().max(64)).max(64),
  licence: z.string().max(64),
  /** A name in the same directory: no path leaves it. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a plain file name'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
  sizeBytes: z.int().positive(),
  contextTokens: z.int().min(1).max(1_048_576),
  engine: z.enum(['llama', 'onnx']),
  parents: z.array(z.string().max(128)).max(16),
  prompt: z.strictObject({ prefix: z.string().max(4000), suffix: z.string().max(4000) }),
  stop: z.array(z.string().min(1).max(64)).max(8),
  maxTokens: z.int().min(1).max(4096),
  grammar: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a plain file name')
    .nullable(),
  temperature: z.number().min(0).max(2),
  quality: z.looseObject({ passes: z.boolean(), note: z.string().max(2000).optional() }),
  examples: z.array(z.unknown()).max(64),
  /** Classifiers only: what each logit stands for. */
  labels: z.array(z.string().max(64)).min(2).max(256).optional(),
});
export type ExpertFile = z.infer<typeof ExpertFile>;
