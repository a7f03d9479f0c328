import { z } from 'zod';
import { CHAT_FORMATS } from './chat-format.ts';
import { ENGINE_NAMES } from './engines/table.ts';

/** A name in the same directory: no path leaves it. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a plain file name');

export const ExpertId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'lower case letters, digits and dashes, at most 48')
  .refine((id) => id !== 'auto', 'auto asks for whichever fits, no expert can have this name');

const common = {
  id: ExpertId,
  title: z.string().min(1).max(120),
  description: z.string().max(2000),
  topics: z.array(z.string().max(64)).max(64),
  examples: z.array(z.string().max(4000)).max(64).default([]),
  licence: z.string().max(64),
  file: fileName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
  sizeBytes: z.int().positive(),
  /** Ids of the experts it was made from. */
  parents: z.array(z.string().max(128)).max(16),
  /** What its maker asks for a million tokens, and the part of the price that goes to the makers of its parents. */
  priceEurPerMtoken: z.number().min(0).max(10_000).optional(),
  royaltyPct: z.number().min(0).max(100).optional(),
  /** As measured by its maker; left out where nothing was. */
  quality: z.looseObject({ passes: z.boolean().optional(), note: z.string().max(2000).optional() }).optional(),
};

const LlamaExpert = z.strictObject({
  ...common,
  engine: z.enum(ENGINE_NAMES),
  contextTokens: z.int().min(16).max(1_048_576),
  /** A question stands between these two. */
  prompt: z.strictObject({
    prefix: z.string().max(4000),
    suffix: z.string().max(4000),
    /** The turns of a conversation instead, in a known format. */
    chat: z.enum(CHAT_FORMATS).optional(),
  }),
  /** What it is asked with: the question, or the state of the unit as text (contract/unit-status.ts). */
  reads: z.enum(['question', 'unitState']).default('question'),
  /** Its working comes first and is for itself; the answer is what follows this. */
  saysAfter: z.string().min(1).max(16).optional(),
  stop: z.array(z.string().min(1).max(64)).max(8),
  maxTokens: z.int().min(1).max(1_048_576),
  /** GBNF that bounds what may be said. */
  grammar: fileName.nullable(),
  temperature: z.number().min(0).max(2),
});
export type LlamaExpert = z.infer<typeof LlamaExpert>;

const OnnxClassifier = z.strictObject({
  ...common,
  engine: z.literal('onnx'),
  /** What each logit stands for. */
  labels: z.array(z.string().max(64)).min(2).max(256),
  features: z.looseObject({}),
  input: z.looseObject({ name: z.literal('features') }),
  output: z.looseObject({ name: z.literal('logits') }),
});

/** models/<id>/expert.json: what an expert is, who may use it, how to ask it, and how good it was measured to be. */
export const ExpertFile = z.discriminatedUnion('engine', [LlamaExpert, OnnxClassifier]);
export type ExpertFile = z.infer<typeof ExpertFile>;
