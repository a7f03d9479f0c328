import { type Document, isAlias, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { FileFaults, lineAt } from './strict-file.ts';

/**
 * One change to the text, by offsets: all that is not named in one stays as its owner wrote it, to the last space.
 * `what` tells the owner; left out where there is nothing to tell.
 */
interface Edit {
  from: number;
  to: number;
  text: string;
  what?: string;
}
type Migration = (document: Document) => Edit[];

/** A key under another name, with all that is in it. Where both stand the old one stays, and the schema refuses it. */
const rename =
  (path: string, name: string): Migration =>
  (document) => {
    const parents = path.split('.');
    const old = parents.pop()!;
    let map = mapAt(document, document.contents);
    for (const key of parents) map = mapAt(document, map?.get(key, true));
    const key = keyOf(map, old);
    if (!key || keyOf(map, name)) return [];
    // JSON needs its quotes: there the value may follow without a space.
    return [
      {
        from: key.from,
        to: key.to,
        text: key.quote + name + key.quote,
        what: `${path} -> ${[...parents, name].join('.')}`,
      },
    ];
  };

function mapAt(document: Document, node: unknown): YAMLMap | undefined {
  const found = isAlias(node) ? node.resolve(document) : node;
  return isMap(found) ? found : undefined;
}

const QUOTES: Record<string, string> = { QUOTE_DOUBLE: '"', QUOTE_SINGLE: "'" };

/** Where a key stands in the text, its quotes included. */
function keyOf(map: YAMLMap | undefined, name: string): { from: number; to: number; quote: string } | undefined {
  for (const { key } of map?.items ?? [])
    if (isScalar(key) && key.value === name && key.range)
      return { from: key.range[0], to: key.range[1], quote: QUOTES[key.type ?? ''] ?? '' };
  return undefined;
}

/**
 * MIGRATIONS[n - 1] makes version n + 1 of version n. A name that was given up never comes back with another meaning, and
 * what changes its meaning or unit gets another name: so a file that states no version is read by its names.
 */
const MIGRATIONS: readonly (readonly Migration[])[] = [
  [
    // `join` was two things: a broker here, the swarm there.
    rename('net.join', 'houseBroker'),
    // Names end in their unit.
    rename('compute.fillerCommand.watts', 'powerW'),
    rename('swarm.serve.minPrice', 'minPriceUcPerMtok'),
    rename('swarm.serve.debtLimit', 'debtLimitUc'),
  ],
];

/** The version of config.yaml that this program writes and, after migration, reads. */
export const CONFIG_VERSION = 2;

export interface Migrated {
  text: string;
  /** The version of what was given. */
  from: number;
  /** What the owner will find under another name, oldest first; empty when nothing was changed but the version. */
  changes: string[];
  /** Where in the given text an offset of the new one came from. */
  originOf(offset: number): number;
}

/**
 * The text of config.yaml as this version of the program writes it. Pure, and the same again when given its own answer.
 * What is no YAML or states no proper version is left to the schema. Throws CONFIG_INVALID for a version not known yet.
 */
export function migrateText(given: string, where: string): Migrated {
  const document = parseDocument(given);
  const from = versionOf(document, given, where);
  let text = given;
  const changes: string[] = [];
  const steps: Edit[][] = [];
  for (let version = from; version < CONFIG_VERSION && document.errors.length === 0; version++) {
    const now = version === from ? document : parseDocument(text);
    const edits = [...MIGRATIONS[version - 1]!.flatMap((migration) => migration(now)), ...stamp(now, version)];
    edits.sort((a, b) => a.from - b.from);
    for (const edit of edits.toReversed()) text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
    changes.push(...edits.flatMap(({ what }) => what ?? []));
    steps.unshift(edits);
  }
  return { text, from, changes, originOf: (offset) => steps.reduce(before, offset) };
}

function versionOf(document: Document, text: string, where: string): number {
  const node = document.errors.length ? undefined : mapAt(document, document.contents)?.get('version', true);
  if (!isScalar(node) || typeof node.value !== 'number' || !Number.isInteger(node.value) || node.value < 1) return 1;
  if (node.value <= CONFIG_VERSION) return node.value;
  const way = `update the program, or put back the file config.yaml.v${CONFIG_VERSION}-… that lies beside it`;
  const message = `version ${node.value} is of a newer HeatMine, this one knows up to ${CONFIG_VERSION}: ${way}`;
  throw new FileFaults(where, [{ ...lineAt(text, node.range?.[0] ?? 0), message }]);
}

/** The number behind `version`, where there is one. */
function stamp(document: Document, version: number): Edit[] {
  const node = mapAt(document, document.contents)?.get('version', true);
  if (!isScalar(node) || node.value !== version || !node.range) return [];
  return [{ from: node.range[0], to: node.range[1], text: String(version + 1) }];
}

/** Where an offset was before these edits, which stand in order. */
function before(offset: number, edits: readonly Edit[]): number {
  let grown = 0;
  for (const { from, to, text } of edits) {
    if (offset < from + grown) break;
    if (offset < from + grown + text.length) return from;
    grown += text.length - (to - from);
  }
  return offset - grown;
}
