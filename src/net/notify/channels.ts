import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../core/config.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';

export interface Message {
  title: string;
  text: string;
  /** A fault, as against the end of one or a test. */
  urgent: boolean;
}

export interface Channel {
  name: 'ntfy' | 'webhook';
  /** Throws when the other side does not take it. */
  send(message: Message): Promise<void>;
}

const SEND_MS = 8000;

/** The address is a secret of its own with most services: no error names it. */
async function post(url: string | URL, body: object, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(SEND_MS),
  }).catch((error: Error) => {
    const { cause } = error;
    throw new Error(cause instanceof Error ? messageOf(cause) : messageOf(error));
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered with ${response.status}`);
}

function tokenOf(file: string, home: string): string {
  try {
    return readFileSync(resolve(home, file), 'utf8').trim();
  } catch (error) {
    throw new HeatmineError('CONFIG_INVALID', `notify.ntfy.tokenFile: ${messageOf(error)}`);
  }
}

/** By JSON, as https://docs.ntfy.sh/publish/#publish-as-json has it: titles need no encoding. */
function ntfy({ url, tokenFile }: NonNullable<Config['notify']['ntfy']>, home: string): Channel {
  const address = new URL(url);
  const topic = address.pathname.split('/').at(-1);
  const token = tokenFile === undefined ? undefined : tokenOf(tokenFile, home);
  return {
    name: 'ntfy',
    send: ({ title, text, urgent }) =>
      post(
        new URL('.', address),
        { topic, title, message: text, priority: urgent ? 5 : 3, tags: [urgent ? 'warning' : 'information_source'] },
        token === undefined ? {} : { authorization: `Bearer ${token}` },
      ),
  };
}

const webhook = ({ url }: NonNullable<Config['notify']['webhook']>, unit: string): Channel => ({
  name: 'webhook',
  send: (message) => post(url, { unit, ...message }),
});

/** Where people want to be told. Throws CONFIG_INVALID when a file that it names cannot be read. */
export function channelsOf({ notify, unit }: Pick<Config, 'notify' | 'unit'>, home: string): Channel[] {
  return [
    ...(notify.ntfy ? [ntfy(notify.ntfy, home)] : []),
    ...(notify.webhook ? [webhook(notify.webhook, unit)] : []),
  ];
}

export interface Tried {
  channel: Channel['name'];
  /** Undefined when it was taken. */
  error?: string;
}

/** Says it on every channel at once, and what each answered. */
export function sayOn(channels: readonly Channel[], message: Message): Promise<Tried[]> {
  return Promise.all(
    channels.map(({ name, send }) =>
      send(message).then(
        () => ({ channel: name }),
        (error) => ({ channel: name, error: messageOf(error) }),
      ),
    ),
  );
}

/** What the test button sends. */
export const testMessage = (unit: string): Message => ({
  title: `HeatMine: ${unit}`,
  text: 'This is a test. A heating fault would be told like this. / Dies ist ein Test. So käme eine Störung der Heizung.',
  urgent: false,
});
