import { CONSENTS, type ServeConfig } from '../core/swarm-config.ts';
import { askOne, askYes, type Person } from './config-ask.ts';
import { faultOf } from './config-init.ts';

const SERVE = 'swarm.serve';
/** What each consent means, in the words that it is asked with. */
const MEANS: Record<(typeof CONSENTS)[number], string> = {
  power: 'Their questions draw power that you pay for and that heats your house, wanted or not',
  liability: 'You answer for what your node says, and for what passes your line',
  tax: 'What you earn may be taxed where you live',
};

export type Serving = Pick<ServeConfig, 'accept' | 'experts' | 'bandwidthKBps' | 'minPriceUcPerMtok'>;

/** Which of these experts strangers may ask; at least one. */
async function askExperts(person: Person, here: readonly string[], before: readonly string[]): Promise<string[]> {
  const text = `Experts that they may ask, with commas, of ${here.join(', ')} [${before.join(', ') || 'none'}]: `;
  for (;;) {
    const line = await person.ask(text);
    const named = line.trim() === '' ? [...before] : line.split(/[\s,]+/).filter(Boolean);
    const missing = named.filter((id) => !here.includes(id) && !before.includes(id));
    const fault = named.length === 0 ? 'name at least one' : faultOf(`${SERVE}.experts`, named);
    if (missing.length === 0 && fault === undefined) return named;
    person.tell(missing.length > 0 ? `not here: ${missing.join(', ')}` : fault!);
  }
}

async function askNumber(person: Person, name: 'bandwidthKBps' | 'minPriceUcPerMtok', text: string, given: number) {
  return Number(await askOne(person, { path: `${SERVE}.${name}`, text }, given));
}

/** Asks what serving strangers takes; undefined where a consent is not given. `here`: ids of experts that could be offered. */
export async function askServe(person: Person, here: readonly string[], before: Serving): Promise<Serving | undefined> {
  for (const consent of CONSENTS) {
    if (!(await askYes(person, `${MEANS[consent]}. Do you accept,`, false))) return undefined;
  }
  const experts = await askExperts(person, here, before.experts);
  const bandwidth = 'Answers to strangers, kilobytes a second at most';
  const bandwidthKBps = await askNumber(person, 'bandwidthKBps', bandwidth, before.bandwidthKBps);
  const price =
    'Least price of a million answer tokens, micro-credits (credits are no money yet); 0: no floor, and free while your watts are free anyway';
  const minPriceUcPerMtok = await askNumber(person, 'minPriceUcPerMtok', price, before.minPriceUcPerMtok);
  return { accept: [...CONSENTS], experts, bandwidthKBps, minPriceUcPerMtok };
}
