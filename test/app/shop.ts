import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Shop {
  url: string;
  files: Map<string, Buffer>;
  /** Bytes after which a connection is cut, one for each request to come. */
  cuts: number[];
  seen: { path: string; range: string | undefined }[];
  close(): void;
}

/** A web server as download sites are: ranges, strong tags, and connections that break. */
export async function shop(): Promise<Shop> {
  const files = new Map<string, Buffer>();
  const cuts: number[] = [];
  const seen: Shop['seen'] = [];
  const server: Server = createServer((req, res) => {
    const path = req.url!.split('?')[0]!;
    seen.push({ path, range: req.headers.range });
    const whole = files.get(path);
    if (!whole) return void res.writeHead(404).end();
    const etag = `"${createHash('sha256').update(whole).digest('hex').slice(0, 16)}"`;
    const asked = /^bytes=(\d+)-$/.exec(req.headers.range ?? '');
    const from = asked && req.headers['if-range'] === etag ? Number(asked[1]) : 0;
    const body = whole.subarray(from);
    // One that answers in parts, and not in that which was asked for.
    const range = path.startsWith('/lies/') ? '0-9/10' : `${from}-${whole.length - 1}/${whole.length}`;
    const part = from ? { 'content-range': `bytes ${range}` } : {};
    res.writeHead(from ? 206 : 200, { etag, ...part, 'content-length': body.length });
    const cut = cuts.shift();
    if (cut === undefined || cut >= body.length) return void res.end(body);
    res.write(body.subarray(0, cut), () => setTimeout(() => res.destroy(), 100));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, files, cuts, seen, close };
}
