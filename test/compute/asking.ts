/** A served unit and how a stranger asks it, for the suites of bad input. */
import * as assert from 'uvu/assert';
import { served } from './served.ts';

interface Failure {
  error: { message: string; type: string; code: string | null };
}

export async function askedUnit() {
  const unit = await served();
  const post = (path: string, body: unknown) =>
    fetch(`${unit.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const ask = (body: object) =>
    post('/v1/chat/completions', {
      model: 'talker',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 2,
      ...body,
    });
  return {
    ...unit,
    post,
    ask,
    async well() {
      assert.is((await ask({})).status, 200, 'the next asker is answered');
    },
  };
}

export const failure = async (response: Response) => ((await response.json()) as Failure).error;
