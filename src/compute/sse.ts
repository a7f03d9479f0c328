import { HeatmineError } from '../core/errors.ts';

const MAX_EVENT_CHARS = 1_000_000;

/** The `data:` payloads of a server-sent event stream, bounded (WHATWG HTML, section 9.2); ends at `[DONE]`. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_EVENT_CHARS) throw new HeatmineError('MESSAGE_INVALID', 'an event of the stream has no end');
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      if (lines.length === 0) continue;
      const data = lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n');
      if (data === '[DONE]') return;
      yield data;
    }
  }
}
