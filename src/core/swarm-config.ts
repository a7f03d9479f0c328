import { z } from 'zod';

const peerUrl = z
  .string()
  .max(128)
  .regex(/^wss?:\/\/[^/\s@]+$/, 'ws://host:port or wss://host:port')
  .refine((url) => URL.canParse(url), 'ws://host:port or wss://host:port, with a real host and port');
const udpPeer = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9._-]+:\d{1,5}$/, 'host:port')
  .refine((text) => URL.canParse(`udp://${text}`), 'host:port, with a port up to 65535');
const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a node key of 43 characters, as `heatmine peers` prints it');

/** What an owner must have read before strangers are served; `heatmine join --help` says it at length. */
export const CONSENTS = ['power', 'liability', 'tax'] as const;

const ServeFields = z.strictObject({
  accept: z
    .array(z.enum(CONSENTS))
    .refine(
      (words) => CONSENTS.every((word) => words.includes(word)),
      `write accept: [${CONSENTS.join(', ')}]: strangers' questions draw your power, you answer for what your node says, and income may be taxed`,
    ),
  experts: z
    .array(z.string().min(1).max(64))
    .max(8)
    .default([])
    .refine(
      (ids) => !ids.includes('status') && !ids.includes('auto'),
      'status speaks of your own house, auto of all experts',
    )
    .describe('ids of the experts that strangers may ask'),
  minPriceUcPerMtok: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(0)
    .describe('the least that paid answers cost, micro-credits per million answer tokens'),
  marginPct: z.number().min(0).max(1000).default(25).describe('added to the costs of an answer'),
  creditsPerEur: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('credits that you ask for a euro of costs: your own reckoning, no exchange rate'),
  debtLimitUc: z
    .int()
    .min(0)
    .max(1_000_000_000_000)
    .optional()
    .describe('micro-credits that an asker may owe without a voucher; left out: two of the longest answers'),
  bandwidthKBps: z.number().min(1).max(1_000_000).default(250).describe('answers to strangers, kilobytes a second'),
  questionsAtOnce: z.int().min(1).max(256).default(8),
  fetched: z.boolean().default(false).describe('strangers may also ask experts that demand brought here'),
});

const Serve = ServeFields.refine(({ experts, fetched }) => experts.length > 0 || fetched, {
  path: ['experts'],
  message: 'name at least one expert that strangers may ask, or write fetched: true',
});

export type ServeConfig = z.infer<typeof Serve>;
/** Weights travel only where the owner has said so: giving and fetching are two questions. */
const Weights = z
  .strictObject({
    seed: z
      .boolean()
      .default(false)
      .describe('give the weights of experts with a signed manifest to other nodes: you then publish them'),
    fetch: z.boolean().default(false).describe('fetch experts that others pay to ask, and keep them while they do'),
    upKBps: z.number().min(1).max(10_000_000).default(1000).describe('weights given, kilobytes a second, all together'),
    downKBps: z.number().min(1).max(10_000_000).default(5000).describe('weights fetched, kilobytes a second'),
    relayKBps: z
      .number()
      .min(0)
      .max(10_000_000)
      .default(500)
      .describe('weights of others passed on where this node is a relay, kilobytes a second; 0: none'),
    diskGB: z.number().min(0.001).max(1_000_000).default(50).describe('what experts fetched by demand may take'),
    licences: z
      .array(z.string().min(1).max(64))
      .max(64)
      .optional()
      .describe('fetch by demand only what is under one of these; left out: any'),
  })
  .prefault({});

/** The swarm: off until asked for; serving strangers is a second question. */
export const SwarmConfig = z
  .strictObject({
    join: z.boolean().default(false).describe('find other nodes and be found'),
    host: z.string().default('127.0.0.1').describe('address to listen on for other nodes, beside net.host'),
    urls: z
      .array(peerUrl)
      .max(3)
      .default([])
      .describe('how others reach this node from outside; left out: only by its relays'),
    bootstrap: z.array(udpPeer).max(32).default([]).describe('DHT nodes that let us in'),
    relays: z
      .array(z.strictObject({ key, url: peerUrl }))
      .max(8)
      .default([])
      .describe('relays to dial out to'),
    lan: z.boolean().default(true).describe('find nodes in the LAN by mDNS'),
    mainline: z.boolean().default(false).describe("use BitTorrent's public DHT too: your address is then seen there"),
    relay: z
      .boolean()
      .default(false)
      .describe('forward the questions of others, unread; their traffic passes your line'),
    askPage: z
      .boolean()
      .default(false)
      .describe(
        'a relay serves the page /ask on the swarm port: whoever opens it asks from the browser, sealed there; you see their address and no text',
      ),
    nearRelays: z
      .boolean()
      .default(false)
      .describe(
        'sealed questions on one machine or LAN: a relay may share the address prefix of the expert where it is a loopback or private one; both relays may then be one household that sees who asks whom. Public addresses never may',
      ),
    operator: z.string().max(32).optional().describe('name of who runs several nodes, so that they count as one'),
    spendUcPerDay: z
      .int()
      .min(0)
      .max(1_000_000_000_000)
      .default(0)
      .describe(
        'micro-credits that the page may spend on answers of others in 24 hours, after a quote; 0: it asks for free only',
      ),
    serve: Serve.optional().describe('answer strangers'),
    weights: Weights,
  })
  .refine(({ askPage, relay }) => !askPage || relay, {
    path: ['askPage'],
    message: 'the page /ask is served by relays: set relay: true too',
  })
  .prefault({});
export type SwarmConfig = z.infer<typeof SwarmConfig>;
