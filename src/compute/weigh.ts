import type { Clock } from '../core/clock.ts';
import { plainRequestFor } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import type { Catalogue } from './catalogue.ts';
import type { Door } from './door.ts';
import type { Doubt } from './engine.ts';
import { speaksOfGas } from './gas.ts';
import { chatRequest } from './openai.ts';
import { questionOf } from './prompt.ts';
import { unhurried } from './unhurried.ts';
import type { Work } from './work.ts';

/** An audit may wait so long for free watts. */
const DEADLINE_S = 60;

export interface Weighed extends Doubt {
  hidesWorking: boolean;
  /** Of the copy that weighed, as answers name theirs. */
  weights: string;
  wording: string;
}

export interface WeighParts {
  catalogue: Catalogue;
  door: Door;
  work: Pick<Work, 'addAnswer'>;
  clock: Clock;
}

/**
 * For net, which audits others: what this unit's copy of an expert makes of an answer that another node gave. `body` is a
 * request of OpenAI's chat with `given`. Computed at the economy tier, by free watts only.
 */
export async function weighGiven(
  { catalogue, door, work, clock }: WeighParts,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Weighed> {
  const { given, ...chat } = body;
  if (given !== undefined && typeof given !== 'string') throw new BadRequest('given must be a string', 'given');
  const { question } = chatRequest(chat).choices[0];
  const answerer = catalogue.get(question.expert);
  const { weights, wording } = answerer;
  const asked = questionOf(question.messages);
  // Words of gas are answered by plain code, whatever the weights.
  if (weights === undefined || wording === undefined || answerer.readsUnitState || speaksOfGas(asked))
    throw new BadRequest(`${answerer.id} does not answer this by weights of its own here`, 'model');
  const rest = { tier: 'economy', deadlineS: DEADLINE_S, forwardable: false } as const;
  return unhurried({ door, clock }, { ...catalogue.termsOf(answerer.id), ...rest }, signal, async (_entry, signal) => {
    const { model, release } = await answerer.use(signal);
    try {
      if (!model.doubt) throw new BadRequest('this engine shows no likelihoods', 'model');
      const request = plainRequestFor(answerer, question);
      const doubt = await model.doubt({ request, saysAfter: answerer.saysAfter, given }, signal);
      work.addAnswer(doubt.promptTokens + doubt.answerTokens, false, answerer.id);
      return { ...doubt, hidesWorking: answerer.saysAfter !== undefined, weights, wording };
    } finally {
      release();
    }
  });
}
