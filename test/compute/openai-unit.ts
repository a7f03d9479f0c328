import OpenAI, { APIError } from 'openai';
import * as assert from 'uvu/assert';
import { served } from './served.ts';

/** A unit that serves, and OpenAI's own client for it. */
export async function openaiUnit() {
  const unit = await served();
  return { unit, client: new OpenAI({ baseURL: `${unit.url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

export const say = (content: string) => [{ role: 'user' as const, content }];

/** What the library throws for a refusal. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<APIError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  return assert.unreachable('it was answered') as never;
}
