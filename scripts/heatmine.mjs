#!/usr/bin/env node
// The one JavaScript file that may run on an old Node: it explains, rather than failing on the first type annotation.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `HeatMine runs on Node 24, this is ${process.versions.node}. npm brings it: run \`npm ci\`, then \`npm start\` or \`npm run -s heatmine -- ...\`.\n`,
  );
  process.exit(2);
}
const { main } = await import('../src/app/cli.ts');
process.exitCode = await main(process.argv.slice(2));
