import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, relative } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const MAX_FILES = 500;

const NOT_BUILT = `HeatMine is running, but its page is not built.
Run \`npm ci\` in the project folder and start the unit again.
Meanwhile: GET /api/state, and \`npm run -s heatmine -- status\`.
`;

/**
 * Serves the built page. Its files, some hundred kilobytes, are read once at the start: no path from outside ever reaches
 * the file system, and an open page keeps its parts while another version is being built beside the unit that runs.
 */
export function servePage(distDir: string): (res: ServerResponse, path: string, head: boolean) => void {
  const files = readFiles(distDir);
  return (res, path, head) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    if (!file) {
      const missing = files.size === 0 && path === '/';
      // HEAD / is how Ollama's clients ask whether a server is there.
      const status = missing ? (head ? 200 : 503) : 404;
      res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
      res.end(missing ? NOT_BUILT : 'not found\n');
      return;
    }
    // Built assets carry a hash in their name; everything else is asked for again.
    const fixed = path.startsWith('/assets/');
    res.writeHead(200, {
      'content-type': TYPES[extname(path === '/' ? 'index.html' : path)] ?? 'application/octet-stream',
      'content-length': file.length,
      'cache-control': fixed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    res.end(head ? undefined : file);
  };
}

function readFiles(distDir: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(distDir, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  for (const entry of entries.slice(0, MAX_FILES)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(`/${relative(distDir, path).replaceAll('\\', '/')}`, readFileSync(path));
  }
  return found;
}
