import { schemaFor, TOPICS, type TopicName, topicPath } from '../../contract/topics.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { asTyped } from '../../core/words.ts';
import { unitOf } from '../client.ts';
import { type Command, numberOption, type Parsed, parseCommand, print, say } from '../command.ts';
import { connectHome } from '../home-client.ts';

/** A message of QoS 1 is answered once the broker has it. */
const QOS = 1;
const names = Object.keys(TOPICS) as TopicName[];
const mayRead = names.filter((name) => TOPICS[name].readers.includes('home'));
const maySend = names.filter((name) => TOPICS[name].senders.includes('home'));

/** Where the broker is, and what may be read and sent. */
function about({ paths, json }: Parsed): number {
  const { mqttPort } = unitOf(paths);
  const { net, unit } = loadConfig(paths.home);
  const passwordFile = `${paths.keys}/passwords.json`;
  const topics = names
    .filter((name) => mayRead.includes(name) || maySend.includes(name))
    .map((name) => {
      const ways = [...(mayRead.includes(name) ? ['read'] : []), ...(maySend.includes(name) ? ['send'] : [])];
      return { topic: topicPath(unit, name), ways, about: TOPICS[name].about };
    });
  const houseBroker = net.houseBroker?.url ?? null;
  if (json) print(JSON.stringify({ host: net.host, port: mqttPort, user: 'home', passwordFile, houseBroker, topics }));
  else {
    print(`broker      ${net.host}:${mqttPort}, user home, password: "home" in ${passwordFile}`);
    print(`also joined ${houseBroker ?? 'no other broker (net.houseBroker, docs/home-assistant.md)'}`);
    for (const { topic, ways, about } of topics)
      print(`${ways.join(' and ').padEnd(14)} ${topic}\n${' '.repeat(15)}${about}`);
  }
  return 0;
}

/** A line for each message: topic, then what was said, until Ctrl-C or the end of the time or number asked for. */
async function watch({ paths, values, json }: Parsed, wanted: string | undefined): Promise<number> {
  const forS = numberOption(values.for, 'for', 0.1, 86_400);
  const most = numberOption(values.count, 'count', 1, 1e9) ?? Number.POSITIVE_INFINITY;
  const { client, unit } = await connectHome(paths);
  const topic = wanted === undefined ? `heatmine/${unit}/#` : pathOf(wanted, unit);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let seen = 0;
  client.on('message', (path, payload) => {
    if (seen++ >= most) return;
    const text = payload.toString('utf8');
    // Whoever may send chose these words.
    print(json ? JSON.stringify({ topic: path, message: parsed(text) }) : printable(`${path} ${text}`));
    if (seen >= most) end();
  });
  client.on('close', () => end());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  if (forS !== undefined) setTimeout(end, forS * 1000).unref();
  await client.subscribeAsync(topic);
  if (!json) say(`listening to ${topic}; Ctrl-C ends`);
  await ended;
  await client.endAsync(true);
  return 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `zone`, `control/state` or the whole topic. */
function pathOf(word: string, unit: string): string {
  const known = names.find((name) => name === word || TOPICS[name].path === word);
  return known ? topicPath(unit, known) : word;
}

/** As an automation sends it; refused here already where the contract would refuse it. */
async function send({ paths, json }: Parsed, [word = '', text = '']: readonly string[]): Promise<number> {
  const name = maySend.find((n) => n === word || TOPICS[n].path === word || word.endsWith(`/${TOPICS[n].path}`));
  if (!name) {
    const paths = maySend.map((n) => TOPICS[n].path);
    const meant = didYouMean(word, paths);
    const hint = meant ? `, did you mean "${meant}"?` : `; there are ${paths.join(', ')}`;
    throw new HeatmineError(
      'USAGE',
      word ? `nothing may be sent to "${word}"${hint}` : `send to what? ${paths.join(', ')}`,
    );
  }
  const message = parsed(text);
  const checked = schemaFor('home', name).safeParse(message);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = issue!.path.length ? `${issue!.path.join('.')}: ` : '';
    throw new HeatmineError(
      'MESSAGE_INVALID',
      `${TOPICS[name].path} does not take ${text || 'nothing'}: ${where}${issue!.message}`,
    );
  }
  const { client, unit } = await connectHome(paths);
  const topic = topicPath(unit, name);
  await client.publishAsync(topic, JSON.stringify(message), { qos: QOS, retain: TOPICS[name].retained });
  await client.endAsync();
  print(json ? JSON.stringify({ topic, message }) : `sent to ${topic}; ${asTyped('why')} tells what came of it`);
  return 0;
}

async function run(args: string[]): Promise<number> {
  const options = { for: { type: 'string' }, count: { type: 'string' } } as const;
  const asked = parseCommand(args, options, 3);
  const [verb, ...rest] = asked.positionals;
  if (verb === undefined) return about(asked);
  if (verb === 'watch') return watch(asked, rest[0]);
  if (verb === 'send') return send(asked, rest);
  throw new HeatmineError('USAGE', `mqtt takes watch or send, not "${verb}"`);
}

export const mqtt: Command = {
  name: 'mqtt',
  about:
    'The broker of the running unit, as Home Assistant meets it: alone it tells where it is, who may log in and which topics there are; watch prints messages as they come; send checks a message against the contract and sends it.',
  usage: 'heatmine mqtt | mqtt watch [TOPIC] [--for S] [--count N] | mqtt send TOPIC JSON [--json]',
  example: `npm run -s heatmine -- mqtt send zone '{"zone": "living", "temperatureC": 20.8}'`,
  run,
};
