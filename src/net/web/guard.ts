import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Who may speak to this server from inside a browser. A page of somebody else that the owner has open can make requests
 * to this address, but cannot choose the Host (DNS rebinding needs a name of its own) nor hide its Origin.
 */
export interface Guard {
  /** Why this request is refused, or undefined. */
  refusal(request: IncomingMessage): Refusal | undefined;
}
export interface Refusal {
  message: string;
  remedy: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);

const OTHER_HOST: Refusal = {
  message: 'Host is no name of this unit',
  remedy:
    'open it by its address, such as http://127.0.0.1:8700 on the unit itself, or by the name in `net.host` of config.yaml',
};
const NAMES_IT =
  "name the site in config.yaml, such as `net: { origins: [http://localhost:3000] }`, and start the unit anew: its pages may use /v1 and Ollama's /api then, nothing else";
const OTHER_ORIGIN: Refusal = {
  message: 'Origin is another site, which `net.origins` in config.yaml does not name',
  remedy: NAMES_IT,
};
const OTHER_SITE: Refusal = { message: 'another site asks', remedy: NAMES_IT };

/** `welcomes`: a page elsewhere that may ask this. */
export function hostGuard(
  configuredHost: string,
  welcomes: (request: IncomingMessage) => boolean = () => false,
): Guard {
  const names = new Set([...LOOPBACK, configuredHost.toLowerCase()]);
  const beyondLoopback = !isLoopback(configuredHost);
  if (beyondLoopback) {
    names.add(hostname().toLowerCase());
    names.add(`${hostname().toLowerCase()}.local`);
  }
  const knownHost = (header: string) => {
    const name = hostnameOf(`http://${header}`);
    // On the LAN any address will do: only a name can be pointed elsewhere by a stranger.
    return name !== undefined && (names.has(name) || (beyondLoopback && isIP(name) !== 0));
  };
  return {
    refusal(request) {
      const { headers } = request;
      if (!headers.host || !knownHost(headers.host)) return OTHER_HOST;
      const { origin } = headers;
      if (origin !== undefined && welcomes(request)) return undefined;
      if (origin !== undefined && hostOf(origin) !== headers.host.toLowerCase()) return OTHER_ORIGIN;
      // Images, scripts and no-cors requests of other sites carry no Origin; a link that the owner follows is welcome.
      const foreign = ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']));
      if (foreign && headers['sec-fetch-mode'] !== 'navigate') return OTHER_SITE;
      return undefined;
    },
  };
}

/** A proxy on this machine that says so speaks for somebody else. */
export const fromThisMachine = ({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean =>
  /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '') &&
  headers.forwarded === undefined &&
  headers['x-forwarded-for'] === undefined;

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

/** Sent with every answer. The page loads nothing from anywhere else, so nothing else is allowed. */
export const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;
