/**
 * A unit as the page sees it: serves web/dist under a sub-path, `live`, `ask` and the API with the contract's shapes.
 * `node test/web/fixture.ts 20800` runs it by hand, for work on the page without a unit.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { type Override, OverrideCommand } from '../../src/contract/comfort.ts';
import { deltaOf, RESYNC } from '../../src/contract/delta.ts';
import { SetCommand } from '../../src/contract/messages.ts';
import { isGroup, kindsOf } from '../../src/contract/override-kinds.ts';
import { SUBPROTOCOL } from '../../src/contract/wire.ts';
import type { ExpertsList } from '../../src/net/web/experts.ts';
import { reply } from './answers.ts';
import { experts, gone } from './experts.ts';
import { history } from './history.ts';
import { events, snapshot } from './snapshots.ts';

export const DIST = join(import.meta.dirname, '../../web/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The page must work below any path. */
const BASE = '/house/';
/** As strict as the unit's own: a style or script that this refuses would be refused there. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'";
/** This one set-point is always refused, with these words. */
const REFUSED: SetCommand['name'] = 'hotWaterSetC';
export const REFUSAL = 'hotWaterSetC: the tank is locked by the installer';
/** What a locked unit wants to hear. */
export const CODE = 'ABCD-2345';
export const PASSPHRASE = 'correct horse battery';
/** Longer than what is turned into text at once, and with every byte in it. */
export const BACKUP = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));

export interface Fixture {
  url: string;
  /** Every request path, and every set-point command, in order. */
  paths: string[];
  commands: unknown[];
  /** False: `live` connections are kept but say nothing more. */
  speak: (on: boolean) => void;
  /** Control says nothing any more, and the unit takes its last word for gone. */
  loseControl: () => void;
  /** The board has no tank, as control tells it: without its sensor. */
  loseTank: () => void;
  /** The next delta is lost on its way to all pages. */
  lose: () => void;
  /** How often a page asked for the whole again. */
  resyncs: () => number;
  /** From now on devices must give the code first. */
  lock: () => void;
  close: () => Promise<void>;
}

export async function startFixture(port = 0, dist = DIST): Promise<Fixture> {
  const paths: string[] = [];
  const commands: unknown[] = [];
  const set: Record<string, unknown> = {};
  let overrides: Override[] = [];
  let speaking = true;
  let controlled = true;
  let tank = true;
  let locked = false;
  let tick = 1;
  const resident = new Set(['faults', 'status']);
  let pull: ExpertsList['pull'] = null;
  let notifyByPage: string[] = [];
  let losing = false;
  let resyncs = 0;

  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.setHeader('content-security-policy', CSP);
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://fixture');
    const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : undefined;
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (path === 'api/history') {
      return json(history(url.searchParams.get('points')!.split(','), Number(url.searchParams.get('hours'))));
    }
    if (path === 'api/events') return json(events());
    if (path === 'api/session') return json({ level: locked ? null : 'installer', claimed: true });
    if (path === 'api/claim') {
      locked &&= !Buffer.concat(await request.toArray())
        .toString()
        .includes(CODE);
      if (locked) response.statusCode = 403;
      return json(locked ? { error: { code: 'UNAUTHORISED', message: 'wrong', remedy: '' } } : { level: 'owner' });
    }
    if (path === 'api/experts') return json({ experts: experts(resident), gone: gone(), pull });
    if (path === 'api/experts/load' || path === 'api/experts/unload') {
      const { id } = JSON.parse(Buffer.concat(await request.toArray()).toString());
      if (path.endsWith('unload')) resident.delete(id);
      else resident.add(id);
      return json({});
    }
    if (path === 'api/experts/pull') {
      const { source } = JSON.parse(Buffer.concat(await request.toArray()).toString());
      const progress = { doneBytes: 1.2e6, totalBytes: 3e6, bytesPerS: 3e5 };
      pull = { source, state: 'runs', progress, text: '' };
      return json(pull);
    }
    if (path === 'api/experts/stop') {
      pull = pull && { ...pull, state: 'failed', text: 'stopped; pull again to go on' };
      return json({});
    }
    if (path === 'api/hand') {
      commands.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      return json({});
    }
    if (path === 'api/notify') {
      const change = JSON.parse(Buffer.concat(await request.toArray()).toString());
      commands.push(change);
      for (const [target, value] of Object.entries(change))
        notifyByPage = [...notifyByPage.filter((each) => each !== target), ...(value === null ? [] : [target])];
    }
    if (path === 'api/settings' || path === 'api/notify')
      return json({
        version: '0.1.0',
        notify: [...new Set(['ntfy', 'webhook', ...notifyByPage])],
        notifyByPage,
        config: { unit: 'heatmine', swarm: { join: true, spendUcPerDay: 1000 } },
      });
    if (path === 'api/backup') {
      commands.push({ backup: JSON.parse(Buffer.concat(await request.toArray()).toString()) });
      return response.setHeader('content-type', 'application/octet-stream').end(BACKUP);
    }
    if (path === 'api/restore') {
      const { passphrase, backup } = JSON.parse(Buffer.concat(await request.toArray()).toString());
      if (passphrase === PASSPHRASE && Buffer.from(backup, 'base64').equals(BACKUP)) return json({ files: ['a', 'b'] });
      response.statusCode = 400;
      return json({ error: { code: 'BACKUP_INVALID', message: 'the passphrase does not open it', remedy: '' } });
    }
    if (path === 'api/notify/test') {
      return json([
        { target: 'ntfy', ok: true, detail: 'delivered' },
        { target: 'webhook', ok: false, detail: 'ECONNREFUSED' },
      ]);
    }
    if (path === 'api/override') {
      const wish = OverrideCommand.parse({
        ...JSON.parse(Buffer.concat(await request.toArray()).toString()),
        by: 'page',
      });
      commands.push({ ...wish, id: '' });
      const { kind, id, by, forMin } = wish;
      overrides = overrides.filter((o) => !kindsOf(kind).includes(o.kind));
      const held = { id, by, leftS: forMin * 60, byK: 0, costEur: 0.4, text: '' };
      if (!isGroup(kind) && forMin > 0) overrides.push({ kind, ...held });
      return json({ overrides });
    }
    if (path === 'api/set') {
      const command = SetCommand.parse({
        ...JSON.parse(Buffer.concat(await request.toArray()).toString()),
        by: 'page',
      });
      commands.push(command);
      if (command.name === REFUSED) {
        response.statusCode = 400;
        return json({ error: { code: 'VALUE_RANGE', message: REFUSAL, remedy: '', type: 'invalid_request_error' } });
      }
      set[command.name] = command.value;
      return json(snapshot(tick, set, overrides).control.setPoints);
    }
    const file = path === '' ? 'index.html' : path;
    const isThere = file && !file.includes('..') && extname(file) in TYPES && existsSync(join(dist, file));
    if (!isThere) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)]!).end(readFileSync(join(dist, file)));
  }

  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => {
      if (request.url === `${BASE}live`) {
        ws.send(whole());
        ws.on('message', (data) => {
          if (String(data) !== RESYNC) return ws.close(1008);
          resyncs++;
          ws.send(whole());
        });
      } else if (request.url === `${BASE}ask` && ws.protocol === SUBPROTOCOL)
        ws.on('message', (data) => reply(data.toString(), (r) => ws.send(JSON.stringify(r))));
      else ws.close(1008);
    });
  });
  let told: object = snapshot(tick, set, overrides);
  const whole = () => JSON.stringify({ type: 'snapshot', seq: tick, ...told });
  const timer = setInterval(() => {
    if (!speaking) return;
    const whole = snapshot(++tick, set, overrides);
    if (!tank) delete whole.control.sensors.hotWaterC;
    const next = controlled ? whole : { ...whole, control: null };
    const text = JSON.stringify({ type: 'delta', seq: tick, ...deltaOf(told, next) });
    told = next;
    for (const ws of sockets.clients) if (!ws.protocol && !losing) ws.send(text);
    losing = false;
  }, 1000);

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    paths,
    commands,
    speak: (on) => {
      speaking = on;
    },
    loseTank: () => {
      tank = false;
    },
    loseControl: () => {
      controlled = false;
    },
    lose: () => {
      losing = true;
    },
    resyncs: () => resyncs,
    lock: () => {
      locked = true;
    },
    close: async () => {
      clearInterval(timer);
      for (const ws of sockets.clients) ws.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

if (import.meta.main) {
  const fixture = await startFixture(Number(process.argv[2] ?? 20_800));
  process.stdout.write(`${fixture.url}\n`);
}
