// Builds native/ioctl.c for the Node that npm brought: one call of the C compiler, a second. Run by the post-install; by
// itself (`node scripts/native.mjs [arm64]`, with CC for a cross compiler) it says what it did and ends with 1 on failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** Where the add-on of an architecture lies, built or not. */
const addonPath = (arch) => path(`native/build/ioctl-${arch}.node`);

/** Undefined when it is there afterwards, else why not. */
export function buildNative(arch = process.arch) {
  const include = path(`node_modules/node-linux-${arch}/include/node`);
  if (!existsSync(include)) return `${include} is missing: run npm ci`;
  const out = addonPath(arch);
  mkdirSync(dirname(out), { recursive: true });
  const args = ['-shared', '-fPIC', '-O2', '-Wall', `-I${include}`, '-o', out, path('native/ioctl.c')];
  const { status, stderr, error } = spawnSync(process.env.CC ?? 'cc', args, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? undefined : (error?.message ?? String(stderr).trim().split('\n')[0]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const arch = process.argv[2] ?? process.arch;
  const problem = buildNative(arch);
  console.log(problem ? `native/ioctl.c: ${problem}` : `built ${addonPath(arch)}`);
  process.exitCode = problem ? 1 : 0;
}
