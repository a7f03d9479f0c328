import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';

/** Kept open at most; one more question opens a socket of its own. */
const MOST_KEPT = 16;
/** Compute says how long it keeps one (`keepAliveTimeout` in compute/server.ts), and the agent leaves a second before: this is only the most. */
const KEPT_MS = 60_000;

/** Sockets to compute, kept for the next question: a new one costs its first token half a millisecond. */
export const computeAgent = () => new Agent({ keepAlive: true, maxFreeSockets: MOST_KEPT, timeout: KEPT_MS });

export interface ToCompute extends RequestOptions {
  socketPath: string;
  agent: Agent;
  signal: AbortSignal;
}

/**
 * One request with a whole body. Compute may close a kept socket in the very moment it is used again: then, before any byte
 * of an answer, it goes out once more over a new one. Rejects with the socket's error, or the signal's.
 */
export function askCompute(options: ToCompute, body?: string | Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = (once: RequestOptions, isLast: boolean) => {
      let isAnswered = false;
      const sent = request(once, (response) => {
        isAnswered = true;
        resolve(response);
      });
      sent.on('error', (error) => {
        // What happens to an answer that has begun, its reader is told.
        if (isAnswered) return;
        if (sent.reusedSocket && !isLast && !options.signal.aborted) send({ ...options, agent: false }, true);
        else reject(error);
      });
      sent.end(body);
    };
    send(options, false);
  });
}
