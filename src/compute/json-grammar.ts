import { BadRequest } from './bad-request.ts';
import { primitiveRules } from './json-primitives.ts';
import { countOf, numberBody, stringBody } from './json-scalars.ts';

/**
 * JSON Schema to GBNF (https://github.com/ggml-org/llama.cpp/tree/master/grammars): what a model may say, so that the
 * answer parses and fits. Properties come in the order given; objects are closed unless `additionalProperties` says
 * otherwise. Bounded in depth, rules and repetitions.
 */
const MAX_DEPTH = 32;
const MAX_RULES = 2000;
const MAX_CHARS = 200_000;

export interface Terms {
  /** What cannot be held is refused, else left out. */
  strict: boolean;
  /** Field of the request that is at fault then. */
  param: string;
}

/**
 * GBNF text with `root`. `strict` as in `Terms`.
 * @throws HeatmineError MESSAGE_INVALID with the path in the schema
 */
export function schemaGrammar(schema: unknown, strict: boolean): string {
  const terms = { strict, param: 'response_format' };
  return grammarOf((builder) => builder.visit(schema, '', 0, new Set()), schema, terms);
}

/** A grammar over several schemas of one document; `compose` gives the text of `root` in terms of named rules. */
export function grammarOf(compose: (builder: GrammarBuilder) => string, document: unknown, terms: Terms): string {
  const builder = new GrammarBuilder(document, terms);
  builder.rules.set('root', compose(builder));
  return [...primitiveRules, ...[...builder.rules].map(([name, body]) => `${name} ::= ${body}`)].join('\n');
}

/** Any JSON object, for `json_object`. */
export const objectGrammar = (): string => grammarOf(() => 'object', {}, { strict: true, param: 'response_format' });

export const literal = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords that say nothing about what is valid. */
const ANNOTATIONS =
  'title description default examples $schema $id $comment $defs definitions deprecated readOnly writeOnly strict'.split(
    ' ',
  );
/** Keywords that do, and that no grammar of this size can hold; what is no keyword at all means nothing. */
const BINDING = new Set([
  ...'not if then else contains minContains maxContains uniqueItems patternProperties propertyNames'.split(' '),
  ...'minProperties maxProperties dependentRequired dependentSchemas dependencies'.split(' '),
  ...'unevaluatedItems unevaluatedProperties contentEncoding contentMediaType $dynamicRef'.split(' '),
]);

export class GrammarBuilder {
  readonly rules = new Map<string, string>();
  readonly #document: unknown;
  readonly #terms: Terms;
  readonly #refs = new Map<string, string>();
  #chars = 0;

  constructor(document: unknown, terms: Terms) {
    this.#document = document;
    this.#terms = terms;
  }

  fail(path: string, what: string): never {
    throw new BadRequest(`schema${path.slice(0, 200)}: ${what.slice(0, 200)}`, this.#terms.param);
  }

  /** What cannot be held: an answer that fits the rest is better than none, unless the asker wants all of it. */
  #refuse(path: string, what: string): void {
    if (this.#terms.strict) this.fail(path, what);
  }

  rule(body: string, path: string): string {
    this.#chars += body.length;
    if (this.rules.size >= MAX_RULES || this.#chars > MAX_CHARS) this.fail(path, 'the schema is too large');
    const name = `r${this.rules.size}`;
    this.rules.set(name, body);
    return name;
  }

  /** The name of a rule for this schema. `open` are the references followed since the last character was consumed. */
  visit(schema: unknown, path: string, depth: number, open: ReadonlySet<string>): string {
    if (depth > MAX_DEPTH) this.fail(path, `nests deeper than ${MAX_DEPTH}`);
    if (schema === true) return 'value';
    if (!isObject(schema)) this.fail(path, 'is no schema');
    for (const key of Object.keys(schema)) if (BINDING.has(key)) this.#refuse(path, `"${key}" cannot be held here`);
    if (typeof schema.$ref === 'string') return this.#reference(schema.$ref, path, depth, open);
    if ('const' in schema) return this.rule(literal(JSON.stringify(schema.const)), path);
    if (Array.isArray(schema.enum)) return this.#choices(schema.enum, path);
    const some = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(some)) return this.#any(some, `${path}/anyOf`, depth, open);
    if (Array.isArray(schema.allOf)) return this.#all(schema, schema.allOf, path, depth, open);
    const types = [schema.type ?? (schema.properties ? 'object' : schema.items ? 'array' : undefined)].flat();
    // As OpenAPI writes it.
    if (schema.nullable === true && schema.type !== undefined && !types.includes('null')) types.push('null');
    const rules = types.map((type) => this.#typed(type, schema, path, depth));
    return rules.length === 1 ? rules[0]! : this.rule(rules.join(' | '), path);
  }

  #choices(values: readonly unknown[], path: string): string {
    if (values.length === 0) this.fail(path, 'enum is empty');
    return this.rule(values.map((value) => literal(JSON.stringify(value))).join(' | '), path);
  }

  #any(some: readonly unknown[], path: string, depth: number, open: ReadonlySet<string>): string {
    if (some.length === 0) this.fail(path, 'is empty');
    return this.rule(some.map((s, i) => this.visit(s, `${path}/${i}`, depth + 1, open)).join(' | '), path);
  }

  #all(
    { allOf: _, ...rest }: Record<string, unknown>,
    all: readonly unknown[],
    path: string,
    depth: number,
    open: ReadonlySet<string>,
  ): string {
    const merged: Record<string, unknown> = { ...rest };
    for (const raw of all) {
      const part = isObject(raw) && typeof raw.$ref === 'string' ? this.#find(raw.$ref, path) : raw;
      if (!isObject(part)) this.fail(path, 'allOf holds no schema');
      for (const [key, value] of Object.entries(part)) {
        const before = merged[key];
        if (key === 'properties' && isObject(before) && isObject(value)) merged[key] = { ...before, ...value };
        else if (key === 'required' && Array.isArray(before)) merged[key] = [...before, ...[value].flat()];
        else if (before === undefined || ANNOTATIONS.includes(key) || before === value) merged[key] = value;
        else this.fail(path, `allOf gives "${key}" twice`);
      }
    }
    return this.visit(merged, path, depth + 1, open);
  }

  #find(ref: string, path: string): unknown {
    if (!ref.startsWith('#')) this.fail(path, `$ref "${ref}" leaves the schema`);
    let found = this.#document;
    for (const step of ref.split('/').slice(1)) {
      const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    if (found === undefined) this.fail(path, `$ref "${ref}" points nowhere`);
    return found;
  }

  #reference(ref: string, path: string, depth: number, open: ReadonlySet<string>): string {
    if (open.has(ref)) this.fail(path, `$ref "${ref}" is itself`);
    const known = this.#refs.get(ref);
    if (known) return known;
    // Reserved first: the schema may come back to it, behind at least one character.
    const name = this.rule('', path);
    this.#refs.set(ref, name);
    this.rules.set(name, this.visit(this.#find(ref, path), path, depth + 1, new Set([...open, ref])));
    this.#refs.set(ref, name);
    return name;
  }

  #typed(type: unknown, schema: Record<string, unknown>, path: string, depth: number): string {
    if (type === 'object') return this.#object(schema, path, depth);
    if (type === 'array') return this.#array(schema, path, depth);
    const fail = (what: string) => this.fail(path, what);
    const refuse = (what: string) => this.#refuse(path, what);
    if (type === 'string') return this.#scalar(stringBody(schema, refuse, fail), path);
    if (type === 'integer' || type === 'number') return this.#scalar(numberBody(type, schema, refuse, fail), path);
    if (type === 'boolean' || type === 'null') return type;
    if (type === undefined) return 'value';
    return this.fail(path, `unknown type ${JSON.stringify(type)}`);
  }

  /** The name of a rule as it is, or a rule of its own. */
  #scalar(body: string, path: string): string {
    return /^[a-z][\w-]*$/.test(body) ? body : this.rule(body, path);
  }

  #object(schema: Record<string, unknown>, path: string, depth: number): string {
    const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const closed = schema.additionalProperties === false || (properties.length && !schema.additionalProperties);
    const more = isObject(schema.additionalProperties) ? schema.additionalProperties : true;
    const rest = closed
      ? undefined
      : this.rule(`string ":" ws ${this.visit(more, `${path}/*`, depth + 1, new Set())}`, path);
    let first = rest ? `(${rest} (", " ${rest})*)?` : '""';
    let later = rest ? `(", " ${rest})*` : '""';
    for (const [key, value] of properties.reverse()) {
      const body = this.visit(value, `${path}/${key}`, depth + 1, new Set());
      const pair = this.rule(`${literal(`${JSON.stringify(key)}:`)} ws ${body}`, path);
      const next = this.rule(later, path);
      first = required.has(key) ? `${pair} ${next}` : `${pair} ${next} | ${this.rule(first, path)}`;
      later = required.has(key) ? `", " ${pair} ${next}` : `(", " ${pair})? ${next}`;
      required.delete(key);
    }
    if (closed && required.size) this.fail(path, `required "${[...required][0]}" is no property`);
    return this.rule(`"{" ws ${this.rule(first, path)} ws "}"`, path);
  }

  #array(schema: Record<string, unknown>, path: string, depth: number): string {
    const least = countOf(schema.minItems, 'minItems', (what) => this.fail(path, what)) ?? 0;
    const most = countOf(schema.maxItems, 'maxItems', (what) => this.fail(path, what));
    // Before 2020 a list of items said the same.
    const tuple = schema.prefixItems ?? schema.items;
    if (Array.isArray(tuple)) {
      const each = tuple.map((item, i) => this.visit(item, `${path}/${i}`, depth + 1, new Set()));
      return this.rule(`"[" ws ${each.join(' ", " ') || '""'} ws "]"`, path);
    }
    if (most !== undefined && most < least) this.fail(path, 'maxItems is below minItems');
    if (most === 0) return this.rule('"[" ws "]"', path);
    const item = this.visit(schema.items ?? true, `${path}/items`, depth + 1, new Set());
    const more = `(", " ${item}){${Math.max(0, least - 1)},${most === undefined ? '' : most - 1}}`;
    const items = `${item} ${more}`;
    return this.rule(`"[" ws ${least > 0 ? items : `(${items})?`} ws "]"`, path);
  }
}
