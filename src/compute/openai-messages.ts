import { z } from 'zod';
import type { Message } from './prompt.ts';

/** The turns of a chat as the OpenAI API has them: only what can be read as text. */
export const MAX_TEXT_CHARS = 1_000_000;
const MAX_PARTS = 256;
export const text = z.string().max(MAX_TEXT_CHARS);

/** A string, or parts that are text; any other part is refused by its name and place. */
const Content = z.unknown().transform((content, context): string => {
  const refuse = (message: string, path: (string | number)[] = []): never => {
    context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  };
  if (typeof content === 'string') return content.length <= MAX_TEXT_CHARS ? content : refuse(tooLong);
  if (!Array.isArray(content) || content.length > MAX_PARTS) return refuse('must be a string or a list of text parts');
  let whole = '';
  for (const [at, part] of content.entries()) {
    const {
      type,
      text: said,
      refusal,
    } = (typeof part === 'object' && part !== null ? part : {}) as Record<string, unknown>;
    const read = type === 'text' ? said : type === 'refusal' ? refusal : undefined;
    if (typeof read === 'string') whole += read;
    else if (type === 'text' || type === 'refusal') return refuse(`a part of type "${type}" without its text`, [at]);
    else return refuse(`a part of type "${String(type).slice(0, 40)}" cannot be read here: only text can`, [at]);
    if (whole.length > MAX_TEXT_CHARS) return refuse(tooLong);
  }
  return whole;
});
const tooLong = `at most ${MAX_TEXT_CHARS} characters`;

const Called = z.object({
  id: z.string().max(200),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string().max(64), arguments: text }),
});
const asked = (role: 'system' | 'developer' | 'user') => z.object({ role: z.literal(role), content: Content });
export const ChatMessage = z.discriminatedUnion(
  'role',
  [
    asked('system'),
    asked('developer'),
    asked('user'),
    z.object({
      role: z.literal('assistant'),
      content: z.union([z.null(), z.undefined(), Content]).optional(),
      refusal: text.nullish(),
      tool_calls: z.array(Called).max(64).nullish(),
    }),
    z.object({ role: z.literal('tool'), tool_call_id: z.string().max(200), content: Content }),
    z.object({ role: z.literal('function'), name: z.string().max(64), content: Content }),
  ],
  'must be system, developer, user, assistant, tool or function',
);

export function messageOf(message: z.infer<typeof ChatMessage>): Message {
  if (message.role === 'tool' || message.role === 'function') return { role: 'tool', content: message.content };
  if (message.role !== 'assistant')
    return { role: message.role === 'developer' ? 'system' : message.role, content: message.content };
  const calls = (message.tool_calls ?? []).map(
    ({ function: f }) => `{"name": ${JSON.stringify(f.name)}, "arguments": ${f.arguments}}`,
  );
  return {
    role: 'assistant',
    content: [message.content ?? message.refusal ?? '', ...calls].filter(Boolean).join('\n'),
  };
}
