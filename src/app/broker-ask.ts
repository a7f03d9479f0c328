import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HOUSE_BROKER_PASSWORD, knock, LOCAL_BROKER } from './broker-offer.ts';
import { askYes, type Person } from './config-ask.ts';
import { type Answer, type Answers, BROKER, faultOf } from './config-init.ts';

/** What was answered about a broker; the password goes into a file of its own. */
export interface Joined {
  answers: Map<string, Answer>;
  password?: string;
}

/** "192.168.1.10" as much as "mqtts://ha.local:8883". */
async function askUrl(person: Person, given: string | undefined): Promise<string> {
  const text = 'Its address, with TLS mqtts://host:8883, without mqtt://host:1883';
  for (;;) {
    const line = (await person.ask(`${text}${given ? ` [${given}]` : ''}: `)).trim();
    const url = line === '' ? given : line.includes('://') ? line : `mqtt://${line}`;
    const fault = url === undefined ? 'an address is needed' : faultOf(`${BROKER}.url`, url);
    if (url !== undefined && fault === undefined) return url;
    person.tell(fault!);
  }
}

async function askAuthority(person: Person): Promise<string | undefined> {
  for (;;) {
    const text = 'File of the certificate authority that signed for it, PEM; empty for a public one';
    const line = (await person.ask(`${text} [none]: `)).trim();
    if (line === '') return undefined;
    if (existsSync(line)) return resolve(line);
    person.tell(`there is no ${resolve(line)}`);
  }
}

async function askDoor(person: Person, given: string | undefined): Promise<Joined> {
  const answers = new Map<string, Answer>();
  const url = await askUrl(person, given);
  answers.set(`${BROKER}.url`, url);
  const caFile = url.startsWith('mqtts:') ? await askAuthority(person) : undefined;
  if (caFile !== undefined) answers.set(`${BROKER}.caFile`, caFile);
  const username = (await person.ask('User of the unit there; empty: it asks for none [none]: ')).trim();
  if (username === '') return { answers };
  answers.set(`${BROKER}.username`, username);
  const password = await person.ask(
    `Password of ${username} (not shown; it goes into ${HOUSE_BROKER_PASSWORD}): `,
    true,
  );
  if (password === '') return { answers };
  answers.set(`${BROKER}.passwordFile`, HOUSE_BROKER_PASSWORD);
  return { answers, password };
}

/** Whether the broker lets in who has these answers, in words. */
async function tried({ answers, password }: Joined): Promise<{ isOpen: boolean; words: string }> {
  const url = String(answers.get(`${BROKER}.url`));
  const username = answers.get(`${BROKER}.username`) as string | undefined;
  const caFile = answers.get(`${BROKER}.caFile`) as string | undefined;
  const { door, why } = await knock(url, {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
  });
  if (door === 'open') return { isOpen: true, words: `${url} lets the unit in` };
  const who = username === undefined ? 'whoever gives no user' : `user ${username} with this password`;
  return { isOpen: false, words: door === 'locked' ? `${url} refuses ${who}` : `no MQTT broker at ${url}: ${why}` };
}

/**
 * Whether the unit joins a broker that the house has, and how; tried at once. Undefined when it does not, or `known` says it
 * already. Where a broker runs on this machine it offers to join that one.
 */
export async function askBroker(person: Person, known: Answers, local = LOCAL_BROKER): Promise<Joined | undefined> {
  if ([...known.keys()].some((path) => path.startsWith(BROKER))) return undefined;
  const isHere = (await knock(local)).door !== 'silent';
  const text = isHere
    ? `Another MQTT broker runs at ${local}. Join it too, beside the unit's own:`
    : "Join an MQTT broker that the house has already, such as Home Assistant's Mosquitto:";
  if (!(await askYes(person, text, isHere))) return undefined;
  let given = isHere ? local : undefined;
  for (;;) {
    const joined = await askDoor(person, given);
    given = String(joined.answers.get(`${BROKER}.url`));
    const { isOpen, words } = await tried(joined);
    person.tell(words);
    if (!isOpen && (await askYes(person, 'Ask these again (else it is written so, and the unit keeps trying):', true)))
      continue;
    const commands = 'Take set-points from there, as from the thermostat in Home Assistant (else it only shows):';
    joined.answers.set(`${BROKER}.commands`, await askYes(person, commands, false));
    return joined;
  }
}
