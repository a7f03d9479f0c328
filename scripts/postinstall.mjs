// After `npm ci`: rebuilds the two native add-ons for the Node that npm brought (they are ABI-bound), builds the page, and
// fills the cache of the first start.
// Neither may fail an install: without a compiler the simulated board and everything else still run.
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { buildNative } from './native.mjs';

const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const nodeDir = new URL(`../node_modules/node-linux-${arch}`, import.meta.url).pathname;
const node = `${nodeDir}/bin/node`;
const run = (command, args) =>
  spawnSync(command, args, { encoding: 'utf8', cwd: new URL('..', import.meta.url).pathname, timeout: 240_000 });

// npm 10 leaves out this one link on `npm ci`; every npm script needs it.
const link = new URL('../node_modules/.bin/node', import.meta.url);
if (existsSync(node) && !existsSync(link)) symlinkSync(`../node-linux-${arch}/bin/node`, link);

const loads = (name) => run(node, ['-e', `require('${name}')`]).status === 0;
const ADDONS = ['epoll', 'i2c-bus'];
const compiler = ['make', 'g++', 'python3'].every((tool) => run(tool, ['--version']).status === 0);
const stale = ADDONS.filter((name) => !loads(name) && existsSync(new URL(`../node_modules/${name}`, import.meta.url)));
if (existsSync(node) && compiler && stale.length > 0) run('npm', ['rebuild', `--nodedir=${nodeDir}`, ...stale]);
// npm removes an optional add-on that it could not build: absent and unbuilt are told alike.
const missing = ADDONS.filter((name) => !loads(name));
if (missing.length) {
  console.log(
    `heatmine: ${missing.join(', ')} not built (${compiler ? 'the build failed' : 'no compiler'}): real I2C/GPIO needs it (apt install build-essential python3, then npm ci); the simulated board does not.`,
  );
}
const native = buildNative();
if (native)
  console.log(
    `heatmine: native/ioctl.c not built (${native}): GPIO by the character device needs it (apt install gcc libc6-dev, then npm ci).`,
  );
const page = existsSync(node) ? run(node, ['scripts/build-web.ts']) : { status: 1, stderr: 'no Node 24' };
if (page.status !== 0)
  console.log(`heatmine: the page was not built: ${String(page.stderr).trim().split('\n').at(-1)}`);
if (existsSync(node)) run(node, ['scripts/warm.ts']);
