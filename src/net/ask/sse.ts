import { HeatmineError } from '../../core/errors.ts';

const MAX_LINE_CHARS = 262_144;

/** The `data:` payloads of a server-sent event stream (html.spec.whatwg.org, 9.2), one per line as compute sends them. */
export async function* sseData(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARS) throw new HeatmineError('MESSAGE_INVALID', 'line too long in the answer');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
  }
}
