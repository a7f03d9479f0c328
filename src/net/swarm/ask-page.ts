import type { RequestListener } from 'node:http';
import { SECURITY_HEADERS } from '../web/guard.ts';
import { servePage } from '../web/static.ts';

export const ASK_PAGE = '/ask';

/**
 * The static page that a relay may serve: it seals in the browser and dials relays, so websockets are all that it may open.
 * Nothing of a request is kept or logged; questions come as any asker's, sealed, by websocket.
 */
export function askPage(dir: string): RequestListener {
  const serve = servePage(dir);
  const csp = SECURITY_HEADERS['content-security-policy'].replace("connect-src 'self'", 'connect-src ws: wss:');
  return (req, res) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    res.setHeader('content-security-policy', csp);
    res.on('error', () => res.destroy());
    const path = (req.url ?? '/').split('?', 1)[0]!;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD', connection: 'close' }).end('use GET\n');
    } else if (path === '/') res.writeHead(302, { location: ASK_PAGE }).end();
    else serve(res, path === ASK_PAGE ? '/' : path, req.method === 'HEAD');
  };
}
