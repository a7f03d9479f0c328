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
      return builder.rule(`${literal(`{"name": ${JSON.stringify(name)}, "arguments": `)} ${body} "}"`, `/${name}`);
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

/** The whole calls in an answer held by `shapeGrammar`; undefined when there is none. One that broke off is dropped. */
export function callsIn(answer: string, tools: readonly Tool[]): ToolCall[] | undefined {
  if (!answer.startsWith('{"name": ')) return undefined;
  const calls: ToolCall[] = [];
  for (const line of answer.trim().split(/\n(?=\{"name": )/)) {
    const call = parsed(line);
    if (!call || !tools.some((tool) => tool.name === call.name)) break;
    calls.push({ name: call.name, arguments: JSON.stringify(call.arguments ?? {}) });
  }
  return calls.length ? calls : undefined;
}

function parsed(text: string): { name: string; arguments: unknown } | undefined {
  try {
    return JSON.parse(text) as { name: string; arguments: unknown };
  } catch {
    return undefined;
  }
}
