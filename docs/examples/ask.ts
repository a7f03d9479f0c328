// node docs/examples/ask.ts "heatmine:1:…" "why is my flow too low?"   (the line is what `heatmine invite` prints)
// In a page: import { createClient, relaysOf } from './heatmine-client.js', the one file that `npm ci` builds in web/dist-ask.
import { createClient, relaysOf } from '../../src/net/client/client.ts';

const [line = '', question = ''] = process.argv.slice(2);
const client = createClient({ relays: relaysOf(line), nearRelays: process.env.NEAR === '1' });

const { way, meter } = await client.ask({
  messages: [{ role: 'user', content: question }],
  topics: ['heating', 'general'],
  onStart: ({ expert, node }) => console.error(`[${expert} of ${node}]`),
  onChunk: (text) => process.stdout.write(text),
});
console.error(`\n[${meter.answerTokens} tokens; in by ${way.entry}, answered by ${way.node}, sealed]`);
