import { z } from 'zod';

/** The websocket that remote peers and `heatmine ask` use: subprotocol and path. Stateless: full context in, answer out. */
export const SUBPROTOCOL = 'heatmine.v1';
export const ASK_PATH = '/ask';
/** Snapshots for the page, 1 Hz; same host only. */
export const LIVE_PATH = '/live';

export const MAX_FRAME_BYTES = 65_536;
export const MAX_QUESTION_CHARS = 16_000;

const Tier = z.enum(['standard', 'economy']).default('standard');

export const Ask = z.strictObject({
  type: z.literal('ask'),
  id: z.string().min(1).max(64),
  /** An expert's id, or `auto`: the local classifier picks. */
  expert: z.string().min(1).max(64).default('auto'),
  messages: z
    .array(
      z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(MAX_QUESTION_CHARS) }),
    )
    .min(1)
    .max(64),
  maxTokens: z.int().min(1).max(4096).optional(),
  temperature: z.number().min(0).max(2).optional(),
  /** Sealed, to the nodes of others; only where this unit has joined the swarm. */
  swarm: z.boolean().optional(),
  /** Of a quote over this very question: it is paid for, at most what the quote said, and once however often it is sent. Only with `swarm`, for owners of this unit. */
  offer: z.string().min(1).max(64).optional(),
});
export type Ask = z.infer<typeof Ask>;

/** What the swarm would take for this question; its text goes to nobody. For owners of this unit. */
export const Quote = Ask.pick({ id: true, expert: true, messages: true, maxTokens: true }).extend({
  type: z.literal('quote'),
  tier: Tier,
});
export type Quote = z.infer<typeof Quote>;

/** Whether an answer of the swarm was of use, by the handle in its end: once. */
export const Tell = z.strictObject({
  type: z.literal('tell'),
  id: Ask.shape.id,
  handle: z.string().min(1).max(64),
  useful: z.boolean(),
});
export type Tell = z.infer<typeof Tell>;

/** The answers of the swarm that differ most, for free: several nodes are asked the same. For owners of this unit. */
export const Dissent = Ask.pick({ id: true, expert: true, messages: true, maxTokens: true }).extend({
  type: z.literal('dissent'),
  count: z.int().min(2).max(5).default(3),
});
export type Dissent = z.infer<typeof Dissent>;

export const Message = z.discriminatedUnion('type', [Ask, Quote, Tell, Dissent]);
export type Message = z.infer<typeof Message>;

export const Meter = z.object({
  expert: z.string(),
  promptTokens: z.int(),
  answerTokens: z.int(),
  joules: z.number(),
  modelled: z.boolean(),
  cardSeconds: z.number(),
});

/** Whom a question to the swarm passed, by key; `saw.ts` says what each could see. */
export const Way = z.object({
  mode: z.enum(['sealed', 'direct']),
  /** The relay that was dialled: sealed only. */
  entry: z.string().optional(),
  /** The expert's own relay, where the question went through one. */
  relay: z.string().optional(),
  node: z.string(),
  /** Who saw what of the look-up before it: relays the topic and no address, or others the address and no topic. */
  looked: z.enum(['sealed', 'all']).optional(),
});
export type Way = z.infer<typeof Way>;

const HashStart = z.string().regex(/^[0-9a-f]{16}$/);

export const Reply = z.discriminatedUnion('type', [
  /** A second one in an answer: the first broke off, it begins anew. */
  z.object({
    type: z.literal('start'),
    id: z.string(),
    expert: z.string(),
    why: z.string(),
    /** With which weights the answer is made, as the node says: the first 16 hex digits of their SHA-256. */
    weights: HashStart.optional(),
    /** How that expert is asked and bounded, likewise: the same weights under other words are another expert. */
    wording: HashStart.optional(),
  }),
  z.object({ type: z.literal('chunk'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('end'),
    id: z.string(),
    finish: z.string(),
    meter: Meter,
    /** Of an answer that came from the swarm. */
    way: Way.optional(),
    /** What it cost, micro-credits; `dispute`: why it was not signed for, or what became of that. */
    paid: z.object({ uc: z.int().min(0), dispute: z.string().optional() }).optional(),
    /** To tell by whether it was of use. */
    useful: z.string().optional(),
  }),
  z.object({
    type: z.literal('error'),
    id: z.string(),
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
    retryAfterS: z.number().optional(),
  }),
  z.object({
    type: z.literal('offer'),
    id: z.string(),
    offer: z.string(),
    leastUc: z.int().min(0),
    mostUc: z.int().min(0),
    /** What may be spent at all now. */
    leftUc: z.int().min(0),
    /** That answer at this price. */
    nodes: z.int().min(1),
    validS: z.number(),
  }),
  z.object({ type: z.literal('told'), id: z.string() }),
  /** Ends one of several answers, whose text is the chunks since the one before; the last has `n` = `of`. */
  z.object({
    type: z.literal('answer'),
    id: z.string(),
    n: z.int().min(1),
    of: z.int().min(2),
    /** Nodes that were asked: those that differ least are left out. */
    asked: z.int().min(2),
    expert: z.string(),
    /** Whom the expert was made from, as its node says. */
    parents: z.array(z.string()),
    /** How far it is from each of them, itself too: share of the words of both that only one uses, 0 to 1. */
    apart: z.array(z.number()),
    finish: z.string(),
    meter: Meter,
    way: Way,
    useful: z.string().optional(),
  }),
]);
export type Reply = z.infer<typeof Reply>;
