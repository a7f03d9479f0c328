import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { topicPath } from '../../src/contract/topics.ts';
import { sleep, UNIT } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

export type Net = Awaited<ReturnType<typeof testNet>>;
export const withNet =
  (body: (net: Net) => Promise<void>, built = true) =>
  async () => {
    const net = await testNet({ built });
    try {
      await body(net);
    } finally {
      await net.end();
    }
  };

/** A control that takes commands and echoes its state, as the real one does; `refuses` keeps the old value. */
export async function fakeControl(net: Net, { refuses = false } = {}) {
  const client = await net.broker.client('control');
  const state = structuredClone(SAMPLES.controlState);
  const commands: { name: string; value: unknown; by: string }[] = [];
  const publish = () =>
    client.publishAsync(topicPath(UNIT, 'controlState'), JSON.stringify(state), { retain: true, qos: 1 });
  client.on('message', (_topic, payload) => {
    const command = JSON.parse(`${payload}`);
    commands.push(command);
    if (!refuses) Object.assign(state.setPoints, { [command.name]: command.value });
    void publish();
  });
  await client.subscribeAsync(topicPath(UNIT, 'set'));
  await publish();
  for (let i = 0; i < 500; i++) {
    if ((await bodyOf(await fetch(`${net.url}/api/state`))).control) break;
    await sleep(10);
  }
  return { state, commands, publish };
}

/** What the answers looked at here have in common. */
export interface Body {
  control: { board: string; price: { priceEurPerKwh: number } | null } | null;
  plant: { modelled: boolean } | null;
  prices: unknown;
  setPoints: Record<string, unknown>;
  tokens: number;
  error: { code: string; message: string; remedy: string };
}
export const bodyOf = async (res: Response) => (await res.json()) as Body;

export const post = (net: Net, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${net.url}/api/set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export interface Asked {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

const kept = new Agent({ keepAlive: true, maxSockets: 1, timeout: 1000 });

/** fetch refuses to forge Host and tidies paths, so by hand; all of them over one connection as long as it holds. */
export const raw = (net: Net, { path, method = 'GET', headers = { host: 'localhost' }, body }: Asked) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: net.port, path, method, headers: { host: 'localhost', ...headers } };
    const req = request({ ...options, agent: kept }, async (res) => {
      let text = '';
      for await (const chunk of res) text += chunk;
      resolve({ status: res.statusCode!, headers: res.headers, text });
    });
    req.on('error', reject).end(body);
  });

export const rawGet = (net: Net, path: string, headers: Record<string, string>) => raw(net, { path, headers });
