import { ROLES, type Role, schemaFor, TOPICS, type TopicName, topicPath } from '../../contract/topics.ts';
import { readMessage } from '../refused.ts';

/** Availability of the unit for Home Assistant: `online` or `offline`, last will of net. Not a JSON message. */
export const onlinePath = (unit: string): string => `heatmine/${unit}/online`;

interface Rule {
  /** A topic, or a filter ending in `#`. */
  filter: string;
  senders: readonly Role[];
  readers: readonly Role[];
  retained: boolean;
  /** What is wrong with a payload of this role, or undefined. */
  fault(payload: Buffer, role: Role): string | undefined;
}

export interface Access {
  /** The rule of a topic name, or undefined when there is none. */
  ruleOf(topic: string): Rule | undefined;
  maySend(role: Role, topic: string): boolean;
  mayRead(role: Role, topic: string): boolean;
  /** May subscribe when the filter could match something the role may read; forwarding then checks each message. */
  maySubscribe(role: Role, filter: string): boolean;
}

/** Do two topic filters (`+`, trailing `#`) have a topic in common? A topic is a filter without wildcards. */
export function filtersMeet(a: string, b: string): boolean {
  const x = a.split('/');
  const y = b.split('/');
  for (let i = 0; ; i++) {
    if (x[i] === '#' || y[i] === '#') return true;
    if (x[i] === undefined || y[i] === undefined) return x[i] === y[i];
    if (x[i] !== y[i] && x[i] !== '+' && y[i] !== '+') return false;
  }
}

/** An empty payload is no value: so a retained one is taken back. */
const jsonFault = (name: TopicName) => (payload: Buffer, role: Role) => {
  if (payload.length === 0) return undefined;
  const read = readMessage(schemaFor(role, name), payload);
  return 'fault' in read ? read.fault : undefined;
};

const wordFault =
  (...words: string[]) =>
  (payload: Buffer) =>
    words.includes(payload.toString('latin1')) ? undefined : `not one of ${words.join(', ')}`;

const none = () => undefined;

/** The whole access table: the contract's topics of this unit, its availability, and Home Assistant's own. */
export function accessTable(unit: string, discoveryPrefix: string): Access {
  const exact = new Map<string, Rule>();
  for (const name of Object.keys(TOPICS) as TopicName[]) {
    const filter = topicPath(unit, name);
    exact.set(filter, { ...TOPICS[name], filter, fault: jsonFault(name) });
  }
  const add = (rule: Rule) => exact.set(rule.filter, rule);
  add({
    filter: onlinePath(unit),
    senders: ['net'],
    readers: ['home'],
    retained: true,
    fault: wordFault('online', 'offline'),
  });
  add({
    filter: `${discoveryPrefix}/status`,
    senders: ['home'],
    readers: ['net', 'home'],
    retained: true,
    fault: wordFault('online', 'offline'),
  });
  // An empty payload removes a retained announcement, so anything goes here; only net may write.
  const discovery: Rule = {
    filter: `${discoveryPrefix}/#`,
    senders: ['net'],
    readers: ['home'],
    retained: true,
    fault: none,
  };
  const ruleOf = (topic: string) =>
    exact.get(topic) ?? (topic.startsWith(`${discoveryPrefix}/`) ? discovery : undefined);
  const readable = Object.fromEntries(
    ROLES.map((role) => [role, [...exact.values(), discovery].filter((rule) => rule.readers.includes(role))]),
  ) as Record<Role, Rule[]>;
  return {
    ruleOf,
    maySend: (role, topic) => ruleOf(topic)?.senders.includes(role) ?? false,
    mayRead: (role, topic) => ruleOf(topic)?.readers.includes(role) ?? false,
    maySubscribe: (role, filter) => readable[role].some((rule) => filtersMeet(filter, rule.filter)),
  };
}
