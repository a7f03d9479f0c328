import { inGerman } from '../contract/german/german.ts';
import type { Event } from '../contract/messages.ts';
import type { Config } from '../core/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sendEmail } from './email.ts';
import { type NotifyTargets, TARGETS, type Target } from './notify-targets.ts';
import { TEST, TITLES } from './notify-words.ts';

/** Tells people of faults where they are: by ntfy on their phone, by e-mail, or by a webhook of theirs. */
export interface Notifier {
  /** Sends what is a fault; the same code again only after half an hour. */
  event(event: Event): void;
  /** Called often: tells once that the control loop has been silent for half a minute, and again after it came back. */
  look(controlSpeaks: boolean): void;
  /** Sends a test to each and waits for what they said. */
  test(): Promise<{ target: Target; ok: boolean; detail: string }[]>;
  targets(): Target[];
  close(): void;
}

export interface NotifierOptions {
  config: Pick<Config, 'unit' | 'net'>;
  /** Asked each time: the page may change it. */
  notify: () => NotifyTargets;
  /** Of the unit: where a password file is relative to. */
  home: string;
  monoMs: () => number;
  wallMs: () => number;
  log: Log;
  /** Waits between tries: a fault at night is told within a minute even if the first two fail. */
  retriesMs?: readonly number[];
}

interface Note {
  title: string;
  text: string;
  event: Event;
}

const AGAIN_MS = 30 * 60_000;
/** With what the page waits before it calls control silent, and a second try, within a minute. */
const SILENT_MS = 30_000;
const TIMEOUT_MS = 8_000;
const RETRIES_MS = [5_000, 15_000] as const;
/** Of ntfy: the phone makes a sound until somebody looks. https://docs.ntfy.sh/publish/ */
const URGENT = 5;
const MAX_CODES = 200;

const SILENT = 'the control loop has been silent for more than half a minute; the hardware holds the safe state';

/** ntfy takes a topic and UTF-8 as JSON at its root; the address that people know ends in the topic. */
function ntfyRequest(url: string, { title, text }: Note): [string, object] {
  const { origin, pathname } = new URL(url);
  const at = pathname.lastIndexOf('/');
  const body = { topic: pathname.slice(at + 1), title, message: text, priority: URGENT, tags: ['warning'] };
  return [`${origin}${pathname.slice(0, at + 1)}`, body];
}

async function post([url, body]: [string, object]): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    // `forwarded`: an address that leads back to this unit must not be taken for the machine itself (web/guard.ts).
    headers: { 'content-type': 'application/json', forwarded: 'for=_heatmine' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

export function createNotifier({
  config,
  notify,
  home,
  monoMs,
  wallMs,
  log,
  retriesMs = RETRIES_MS,
}: NotifierOptions): Notifier {
  const { unit, net } = config;
  const told = new Map<string, number>();
  const waiting = new Set<NodeJS.Timeout>();
  let heardMs = monoMs();
  let silent = false;

  const targets = () => {
    const now = notify();
    return TARGETS.filter((target) => now[target] !== undefined);
  };
  const send = async (target: Target, note: Note): Promise<void> => {
    const { email, ntfy, webhook } = notify();
    if (target === 'email') await (email && sendEmail(email, home, note.title, note.text));
    else if (target === 'ntfy') await (ntfy && post(ntfyRequest(ntfy, note)));
    else await (webhook && post([webhook, { unit, title: note.title, ...note.event, text: note.text }]));
  };
  const tryTo = async (target: Target, note: Note, left: readonly number[]) => {
    try {
      await send(target, note);
    } catch (error) {
      const [waitMs, ...rest] = left;
      log.warn({ target, err: reasonOf(error) }, 'a notification was not delivered');
      if (waitMs === undefined) return;
      const timer = setTimeout(() => {
        waiting.delete(timer);
        void tryTo(target, note, rest);
      }, waitMs);
      waiting.add(timer);
    }
  };
  const noteOf = (event: Event): Note => {
    const said = net.language === 'de' ? inGerman(event.text) : event.text;
    return { title: TITLES[net.language], text: `${said} (${unit}, ${event.code})`, event };
  };
  const event = (fault: Event) => {
    const to = targets();
    if (fault.level !== 'fault' || to.length === 0) return;
    const nowMs = monoMs();
    if (nowMs - (told.get(fault.code) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    if (told.size >= MAX_CODES) told.clear();
    told.set(fault.code, nowMs);
    for (const target of to) void tryTo(target, noteOf(fault), retriesMs);
  };
  return {
    event,
    look(controlSpeaks) {
      if (controlSpeaks) {
        heardMs = monoMs();
        silent = false;
      } else if (!silent && monoMs() - heardMs >= SILENT_MS) {
        silent = true;
        event({ timeMs: wallMs(), level: 'fault', source: 'net', code: 'control-silent', text: SILENT });
      }
    },
    async test() {
      const [title, text] = TEST[net.language];
      const event: Event = { timeMs: wallMs(), level: 'info', source: 'net', code: 'test', text };
      return Promise.all(
        targets().map(async (target) => {
          try {
            await send(target, { title, text: `${text} (${unit})`, event });
            return { target, ok: true, detail: 'delivered' };
          } catch (error) {
            return { target, ok: false, detail: reasonOf(error) };
          }
        }),
      );
    },
    targets,
    close() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** What went wrong without the address, which for ntfy is the secret. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  if (typeof code === 'string') return code;
  const message = messageOf(cause).slice(0, 120);
  return message.includes('://') ? 'the address cannot be used' : message;
}
