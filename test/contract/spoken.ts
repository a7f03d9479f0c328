import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';

/** What of the source writes sentences for people: reasons, events, refusals. Everything else in there is for programs. */
const SPEAKS = [
  'control/say.ts',
  'control/say-computing.ts',
  'control/setpoints.ts',
  'control/step.ts',
  'control/drive.ts',
  'control/operation.ts',
  'control/report.ts',
  'control/main.ts',
  'control/pace.ts',
  'control/quota.ts',
  'control/loop.ts',
  'control/store.ts',
  'control/dimlog.ts',
  'control/lapsed.ts',
  'control/wishes.ts',
  'control/comfort',
  'control/commission',
  'control/decide',
  'control/estimate',
  'control/estimate.ts',
  'control/grid',
  'control/interlock',
  'control/price',
  'compute/pick.ts',
  'compute/power.ts',
  'compute/publish.ts',
  'compute/scheduler/gate.ts',
  'compute/scheduler/prefetch.ts',
  'core/backup',
  'core/config-file.ts',
  'net/config-events.ts',
  'core/issues.ts',
  'net/history/healing-store.ts',
  'net/notify.ts',
  'net/refused.ts',
  'contract/messages.ts',
  'contract/prices.ts',
  'net/ledger/price.ts',
  'net/swarm/ask/for-unit.ts',
  'net/swarm/demand/keep.ts',
  'core/errors.ts',
];
const src = join(import.meta.dirname, '../../src');

function files(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(src, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(path, name));
}

type Node = Record<string, unknown> & { type: string };

/** Words in a row, or a word beside a figure; names of points and codes have no spaces. */
const isSpoken = (text: string) => text.includes(' ') && /[a-z]{3}|\bat\b/.test(text);

/** The text of an expression, `{}` for what only the run knows; undefined where it is no text. */
function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral') {
    const quasis = node.quasis as { value: { cooked: string } }[];
    return quasis.map((quasi) => quasi.value.cooked).join('{}');
  }
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const [left, right] = [textOf(node.left as Node), textOf(node.right as Node)];
  return left === undefined && right === undefined ? undefined : `${left ?? '{}'}${right ?? '{}'}`;
}

/** Lines for the log of the process are read by who maintains it, in English; schemas and imports say nothing. */
function isMute(node: Node): boolean {
  if (node.type === 'ImportDeclaration') return true;
  if (node.type === 'NewExpression') return true;
  if (node.type !== 'CallExpression') return false;
  const { object } = node.callee as { object?: { name?: string; property?: { name?: string } } };
  return object?.name === 'log' || object?.property?.name === 'log' || object?.name === 'z';
}

function gather(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) for (const each of node) gather(each, found);
  else if (node !== null && typeof node === 'object' && 'type' in node) {
    if (isMute(node as Node)) return;
    const text = textOf(node as Node);
    if (text !== undefined && isSpoken(text)) found.add(joined(text));
    const plus = (node as Node).type === 'BinaryExpression' && text !== undefined;
    for (const child of Object.values(node)) if (!(plus && textOf(child as Node) !== undefined)) gather(child, found);
    if (plus) gatherFilled(node as Node, found);
  } else if (node !== null && typeof node === 'object') for (const child of Object.values(node)) gather(child, found);
}

/** What is filled into the parts of a sum is spoken too. */
function gatherFilled(node: Node, found: Set<string>): void {
  for (const side of [node.left, node.right] as Node[]) {
    if (side.type === 'TemplateLiteral') gather(side.expressions, found);
    else if (side.type === 'BinaryExpression') gatherFilled(side, found);
    else if (side.type !== 'Literal') gather(side, found);
  }
}

/** Two fillings side by side cannot be told apart afterwards: they are one. */
const joined = (text: string) => text.replace(/(\{\})+/g, '{}');

/** Every English sentence, or piece of one, that the source can say: `{}` stands for what is filled in. By file. */
export function spoken(): Map<string, string[]> {
  const all = SPEAKS.flatMap(files).map((file): [string, string[]] => {
    const found = new Set<string>();
    gather(parseAst(readFileSync(join(src, file), 'utf8'), { lang: 'ts' }), found);
    return [file, [...found]];
  });
  return new Map(all.filter(([, texts]) => texts.length > 0));
}
