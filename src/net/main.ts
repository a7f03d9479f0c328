import { fileURLToPath } from 'node:url';
import { runChild } from '../core/child.ts';
import { pathsOf } from '../core/paths.ts';
import { startNet } from './net.ts';

runChild('net', async ({ config, home, sockets, passwords, refused, migrated, log }) => {
  const net = await startNet({
    config,
    home,
    sockets,
    refused,
    migrated,
    password: passwords.net ?? '',
    stateDir: pathsOf(home).state,
    distDir: fileURLToPath(new URL('../../web/dist', import.meta.url)),
    log,
  });
  return { stop: () => net.close() };
});
