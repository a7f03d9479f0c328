import type { Config } from './config.ts';
import { messageOf } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { keepPoolSmall } from './small-pool.ts';

/** What the supervisor hands to each child over the IPC channel; secrets never travel in arguments or environment. */
export interface ChildStart {
  config: Config;
  home: string;
  sockets: Sockets;
  /** Why config.yaml was not used, where the last good one stands in for it. */
  refused?: string | undefined;
  /** What became of an older config.yaml, for the log of the page. */
  migrated?: string | undefined;
  /** Password of each broker role; a child gets the whole table only if it is the broker. */
  passwords: Record<string, string>;
}

export interface Sockets {
  plant: string;
  compute: string;
  broker: string;
}

export interface ChildContext extends ChildStart {
  log: Log;
  /** Ends the child with this code after `stop` of the body has run. */
  fail(error: unknown): void;
}

const STOP_LIMIT_MS = 4000;

/**
 * Runs one process of the unit: waits for the supervisor's word to start, reports ready, and on stop (or when the
 * supervisor dies) runs the body's own stop. SIGINT reaches the whole process group, so it is ignored here.
 */
export function runChild(name: string, body: (context: ChildContext) => Promise<{ stop(): Promise<void> }>): void {
  keepPoolSmall();
  const log = createLog(name);
  if (!process.send) {
    process.stderr.write(`${name} is started by the supervisor: use \`npm start\`\n`);
    process.exit(2);
  }
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  let running: { stop(): Promise<void> } | undefined;
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code || 1), STOP_LIMIT_MS).unref();
    await running?.stop().catch((error) => log.error({ err: messageOf(error) }, 'stop failed'));
    process.exit(code);
  };
  const fail = (error: unknown) => {
    log.error({ err: messageOf(error) }, 'failed');
    void end(1);
  };
  process.on('disconnect', () => void end(1));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('message', (message: { type: string; start?: ChildStart }) => {
    if (message.type === 'stop') void end(0);
    if (message.type === 'start' && message.start) {
      body({ ...message.start, log, fail }).then((started) => {
        running = started;
        process.send?.({ type: 'ready' });
      }, fail);
    }
  });
}
