import type { ToolCall } from './engine.ts';
import { type GrammarBuilder, grammarOf, literal, objectGrammar, schemaGrammar } from './json-grammar.ts';

/**
 * Tools and answer formats for models that know nothing of either: the tools are described in words, and a grammar holds
 * the answer to `{"name": …, "arguments": …}`, to JSON of the asker's schema, or to text that does not begin like a call.
 */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
  /** What of it cannot be held is refused, else left out. */
  strict: boolean;
}

export interface Shape {
  tools: readonly Tool[];
  /** `auto`: the model may call or talk; `required`: it must call; otherwise the one named tool. */
  choice: 'auto' | 'required' | { name: string };
  parallel: boolean;
  /** What an answer that is no call must be: text, any JSON object, or JSON of `schema`. */
  format: 'text' | 'json' | { schema: unknown; strict: boolean };
}

export const PLAIN: Shape = { tools: [], choice: 'auto', parallel: false, format: 'text' };
const MAX_CALLS = 8;

export const isPlain = ({ tools, format }: Shape): boolean => tools.length === 0 && format === 'text';
/** The asker's program cannot go on without it: an expert that cannot must refuse, not talk. */
export const isBinding = ({ tools, choice, format }: Shape): boolean =>
  format !== 'text' || (tools.length > 0 && choice !== 'auto');

/** @throws HeatmineError MESSAGE_INVALID with the place in the schema */
export function shapeGrammar({ tools, choice, parallel, format }: Shape): string {
  const called = typeof choice === 'object' ? tools.filter((tool) => tool.name === choice.name) : tools;
  if (called.length === 0)
    return typeof format === 'object' ? schemaGrammar(format.schema, format.strict) : objectGrammar();
  const calls = (builder: GrammarBuilder) => {
    const each = called.map(({ name, parameters }) => {
      // Arguments are an object, whatever else is said of them.
      const schema = { type: 'object', ...parameters };
      const body = builder.visit(schema, `/${name}`, 0, new Set());
      return builder.rule(`${literal(headOf(name))} ${body} "}"`, `/${name}`);
    });
    const call = builder.rule(each.join(' | '), '');
    return parallel ? `${call} ("\\n" ${call}){0,${MAX_CALLS - 1}}` : call;
  };
  const strict = called.some((tool) => tool.strict) || (typeof format === 'object' && format.strict);
  return grammarOf(
    (builder) => {
      if (choice !== 'auto') return calls(builder);
      if (format === 'text') return `${calls(builder)} | [^{] [^\\x00]*`;
      const other = format === 'json' ? 'object' : builder.visit(format.schema, '', 0, new Set());
      return `${calls(builder)} | ${other}`;
    },
    documentOf(tools, format),
    { strict, param: typeof format === 'object' ? 'response_format' : 'tools' },
  );
}

/** References point into their own schema; with several, only one document can be meant. */
const documentOf = (tools: readonly Tool[], format: Shape['format']): unknown =>
  typeof format === 'object' ? format.schema : tools.length === 1 ? tools[0]!.parameters : {};

/** What a model without a format of its own is told about the tools. */
export function toolsInWords(tools: readonly Tool[]): string {
  const each = tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }));
  return `You can call these functions:\n${each.join('\n')}\nTo call one, answer only {"name": NAME, "arguments": {…}}.`;
}

export interface Heard {
  calls: ToolCall[];
  /** The only one was cut off: as far as it got. */
  isCut: boolean;
}

/** The calls in an answer held by `shapeGrammar`; undefined when it is no call. One that broke off behind whole ones is dropped. */
export function callsIn(answer: string, tools: readonly Tool[]): Heard | undefined {
  const heads = tools.map(({ name }) => ({ name, head: headOf(name) }));
  const calls: ToolCall[] = [];
  for (let rest = answer; rest !== ''; ) {
    const begun = heads.find(({ head }) => rest.startsWith(head));
    const end = begun && objectEnd(rest);
    if (!begun || end === undefined) {
      if (calls.length) break;
      if (begun) return { calls: [{ name: begun.name, arguments: rest.slice(begun.head.length) }], isCut: true };
      // Before its name is told there is nothing to tell of it.
      return heads.some(({ head }) => head.startsWith(rest)) ? { calls, isCut: true } : undefined;
    }
    calls.push({ name: begun.name, arguments: rest.slice(begun.head.length, end - 1) });
    rest = rest.slice(end).trimStart();
  }
  return calls.length ? { calls, isCut: false } : undefined;
}

const headOf = (name: string) => `{"name": ${JSON.stringify(name)}, "arguments": `;

/** Behind the brace that closes the first one; undefined where it is not closed. */
function objectEnd(json: string): number | undefined {
  let depth = 0;
  for (const { 0: mark, index } of json.matchAll(/"(?:[^"\\]|\\.?)*(?:"|$)|[{}]/gs)) {
    if (mark === '{') depth++;
    else if (mark === '}' && --depth === 0) return index + 1;
  }
  return undefined;
}
