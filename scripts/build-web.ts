/**
 * Builds web/ into web/dist, and the page for relays and the client file into web/dist-ask. `npm ci` calls it after the install, and `npm start` with `--if-stale`: then it builds only
 * when a source is newer than the page, so that an ordinary start pays a few milliseconds.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../src/core/errors.ts';

const root = join(import.meta.dirname, '..');
const web = join(root, 'web');
const pageDir = join(web, 'dist');
const askDir = join(web, 'dist-ask');
const SOURCES = [
  'web/ask',
  'src/net/client',
  'web/index.html',
  'web/vite.config.ts',
  'web/public',
  'web/src',
  'src/contract',
  'package-lock.json',
];

function newestMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** True when web/dist is absent or older than anything it is made from. */
export function webIsStale(): boolean {
  const page = join(pageDir, 'index.html');
  if (!existsSync(page) || !existsSync(join(askDir, 'heatmine-client.js'))) return true;
  const builtMs = statSync(page).mtimeMs;
  return SOURCES.some((source) => newestMs(join(root, source)) > builtMs);
}

/** Rejects with Vite's own error, which names file and line; the page that was there stays then. */
export async function buildWeb(): Promise<void> {
  const [page, ask] = [pageDir, askDir].map((dir) => `${dir}-${process.pid}`) as [string, string];
  try {
    await buildInto(page, ask);
    // Whoever starts in the meantime finds the old page or the new one, never half of one.
    swap(ask, askDir);
    swap(page, pageDir);
  } finally {
    for (const dir of [page, ask]) rmSync(dir, { recursive: true, force: true });
  }
}

async function buildInto(page: string, ask: string): Promise<void> {
  // Imported late: the stale check must not pay for loading the bundler.
  const { build } = await import('vite');
  await build({ configFile: join(web, 'vite.config.ts'), logLevel: 'warn', build: { outDir: page } });
  await build({ configFile: join(web, 'ask/vite.config.ts'), logLevel: 'warn', build: { outDir: ask } });
  // The client of src/net/client as one file, for anybody's page.
  await build({
    ...{ configFile: false, logLevel: 'warn' },
    build: {
      ...{ outDir: ask, emptyOutDir: false, reportCompressedSize: false, copyPublicDir: false },
      lib: { entry: join(root, 'src/net/client/client.ts'), formats: ['es'], fileName: () => 'heatmine-client.js' },
    },
  });
}

function swap(built: string, dir: string): void {
  const old = `${built}-old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dir)) renameSync(dir, old);
  // Another build that ends in this very moment has made the same.
  if (!existsSync(dir)) renameSync(built, dir);
  rmSync(old, { recursive: true, force: true });
}

if (import.meta.main && (!process.argv.includes('--if-stale') || webIsStale())) {
  const startedMs = performance.now();
  try {
    await buildWeb();
    process.stderr.write(`page: built in ${Math.round(performance.now() - startedMs)} ms\n`);
  } catch (error) {
    process.stderr.write(
      `page: could not be built: ${messageOf(error)}\nThe unit runs without it; mend web/ and start again.\n`,
    );
    process.exitCode = 1;
  }
}
