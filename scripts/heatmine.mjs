#!/usr/bin/env node
// The one JavaScript file that may run on an old Node: it explains, rather than failing on the first type annotation.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `HeatMine runs on Node 24, this is ${process.versions.node}. npm brings it: run \`npm ci\`, then \`npm start\` or \`npm run -s heatmine -- ...\`.\n`,
  );
  process.exit(2);
}
// What Node made of our sources is kept, for the children too: to strip types costs each process 15 MiB and 0.2 s. Where the
// directory cannot be written, as for a service of another user, all works without (docs/install.md gives it one).
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/heatmine', import.meta.url));
module.enableCompileCache();
const { endWithReader, main } = await import('../src/app/cli.ts');
endWithReader(process.argv[2]);
process.exitCode = await main(process.argv.slice(2));
