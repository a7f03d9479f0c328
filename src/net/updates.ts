import { z } from 'zod';
import pkg from '../../package.json' with { type: 'json' };
import type { Update } from '../contract/update.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

const DAY_MS = 86_400_000;
const MAX_BYTES = 262_144;
const LIMIT_MS = 15_000;
const MAX_TEXT = 255;

/** A page of our own, or what code forges say of a release. */
const Release = z.union([
  z.object({ version: z.string(), url: z.url().optional(), notes: z.string().optional() }),
  z
    .object({ tag_name: z.string(), html_url: z.url().optional(), body: z.string().nullish() })
    .transform(({ tag_name, html_url, body }) => ({ version: tag_name, url: html_url, notes: body ?? undefined })),
]);
const VERSION = /^v?(\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]{1,20})?)$/;

/** What a release file says, for Home Assistant. Throws for anything else. Pure. */
export function updateOf(installed: string, text: string): Update {
  const { version, url, notes } = Release.parse(JSON.parse(text));
  const latest = VERSION.exec(version)?.[1];
  if (latest === undefined) throw new Error(`"${version.slice(0, 40)}" is no version`);
  return {
    installed_version: installed,
    latest_version: latest,
    ...(url !== undefined && url.length <= MAX_TEXT && /^https?:/.test(url) && { release_url: url }),
    ...(notes && { release_summary: notes.slice(0, MAX_TEXT) }),
  };
}

async function textOf(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Asks `url` for the newest version now and once a day; installs nothing. Ends with the signal. */
export function watchUpdates(url: string, tell: (update: Update) => void, log: Log, stop: AbortSignal): void {
  const look = async () => {
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json', 'user-agent': `heatmine/${pkg.version}` },
        signal: AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]),
      });
      tell(updateOf(pkg.version, await textOf(response)));
    } catch (error) {
      if (!stop.aborted) log.warn({ err: messageOf(error).slice(0, 200) }, 'no word of the newest version');
    }
  };
  void look();
  const timer = setInterval(look, DAY_MS);
  stop.addEventListener('abort', () => clearInterval(timer), { once: true });
}
