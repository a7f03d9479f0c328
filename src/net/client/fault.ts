/** What goes wrong, with the code of docs/PROTOCOL.md, or one of ours: NOBODY_THERE, NO_ENTRY_RELAY, PEER_INVALID, SEAL_BROKEN. */
export class ClientError extends Error {
  readonly code: string;
  /** When somebody who refused for now may have room again, seconds. */
  readonly retryAfterS: number | undefined;
  constructor(code: string, message: string, retryAfterS?: number) {
    super(message);
    this.name = 'ClientError';
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

export function refuse(code: string, message: string): never {
  throw new ClientError(code, message);
}

/** Words of a stranger: no control characters, none that turn the writing around, no more than this. */
export const readable = (text: unknown, most = 300): string =>
  String(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .slice(0, most);
