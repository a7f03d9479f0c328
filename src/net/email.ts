import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { EmailTarget } from './notify-targets.ts';
import { isLoopback } from './web/guard.ts';

/** Implicit TLS by convention; all other ports must offer STARTTLS. */
const TLS_PORT = 465;
const TIMEOUT_MS = 8_000;

/**
 * Sends one e-mail; rejects with what the server said. The library is loaded when the first one is sent: most units send
 * none. Without TLS nothing is sent, but to a server on this machine. Throws CONFIG_INVALID for an unreadable password file.
 */
export async function sendEmail(email: EmailTarget, home: string, subject: string, text: string): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const { host, port, username, password, passwordFile, to } = email;
  const transport = createTransport({
    host,
    port,
    secure: port === TLS_PORT,
    requireTLS: port !== TLS_PORT && !isLoopback(host),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(username !== undefined && {
      auth: { user: username, pass: password ?? (passwordFile === undefined ? '' : emailPassword(home, passwordFile)) },
    }),
  });
  try {
    await transport.sendMail({ from: email.from ?? username ?? `heatmine@${hostname()}`, to, subject, text });
  } finally {
    transport.close();
  }
}

/** The password in a file of the home directory. Throws CONFIG_INVALID. */
export function emailPassword(home: string, file: string): string {
  try {
    return readFileSync(resolve(home, file), 'utf8').trim();
  } catch (error) {
    throw new HeatmineError('CONFIG_INVALID', `notify.email.passwordFile: ${messageOf(error)}`);
  }
}
