import type { Request } from '../query.ts';

type Sized = Pick<Request, 'messages' | 'maxTokens'>;

/** Where the asker names no limit. */
export const MOST_ANSWER_TOKENS = 4096;
/** Of ordinary text, where nobody has counted. */
export const BYTES_A_TOKEN = 4;
/** What a chat template puts around a message, and around all of them. */
const TOKENS_A_MESSAGE = 16;

/**
 * The most tokens that may be billed: a token is at least a byte of text, so both sides can count. What an expert adds of
 * its own (its instructions, work that it does not show) is not the asker's to pay.
 */
export const mostPromptTokens = ({ messages }: Sized): number =>
  messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + TOKENS_A_MESSAGE, TOKENS_A_MESSAGE);

/** @param answerBytes UTF-8 of the chunks that went over */
export const mostAnswerTokens = ({ maxTokens }: Sized, answerBytes: number): number =>
  Math.min(maxTokens ?? MOST_ANSWER_TOKENS, answerBytes + TOKENS_A_MESSAGE);
