/** One frame at a relay, as its operator can log it. */
export interface Seen {
  atMs: number;
  connection: number;
  /** Of the other side. */
  address: string;
  sent: boolean;
  /** Control frames are readable. */
  text?: string;
  /** Of a data frame: its stream, its payload's size and digest. */
  data?: { stream: number; bytes: number; digest: string };
}

/** All that a relay knows of one question that somebody sent through it, or one look-up that came to it. */
export interface Passage {
  connection: number;
  address: string;
  /** Of whoever dialled in. */
  key: string;
  stream: number;
  /** Whom it was for, hop by hop; empty: for this relay itself, which only look-ups are. */
  path: string;
  fromMs: number;
  untilMs: number;
  /** Payload sizes, bytes. */
  request: number[];
  answer: number[];
  /** Of the request's first frame. */
  digest: string;
}

/** From the log of one relay, what came in, in the order in which it came. */
export function passagesOf(seen: readonly Seen[]): Passage[] {
  const keys = new Map<number, string>();
  const open = new Map<string, Passage>();
  for (const { connection, address, atMs, sent, text, data } of seen) {
    if (text !== undefined && !sent) {
      const frame = JSON.parse(text);
      if (frame.type === 'hello') keys.set(connection, frame.key);
      if (frame.type !== 'open') continue;
      const path = frame.path.map((hop: { key: string }) => hop.key).join(' ');
      const from = { connection, address, key: keys.get(connection) ?? '', stream: frame.id, path };
      const began = { fromMs: atMs, untilMs: atMs, request: [], answer: [], digest: '' };
      open.set(`${connection} ${frame.id}`, { ...from, ...began });
    } else if (data) {
      const passage = open.get(`${connection} ${data.stream}`);
      if (!passage) continue;
      if (!sent && passage.request.length === 0) passage.digest = data.digest;
      (sent ? passage.answer : passage.request).push(data.bytes);
      passage.untilMs = atMs;
    }
  }
  return [...open.values()];
}
