/** What hurried people do to a sentence. The faults expert must look through it; seeds decide, so a corpus repeats. */
import type { Language } from '../faults/catalogue.ts';
import type { Rng } from './rng.ts';

const list = (text: string): string[] => text.split(' ');

/** Words that say nothing about the fault. */
const FILLERS: Record<Language, string[]> = {
  en: list(
    'good hello hi dear please now today again since for two three days hours week and I we you he noticed saw found worried afraid sure maybe also but so very quite rather really just only some any idea tip advice thanks can could would should tell me us explain know think guess why how what when where fix repair solve do does is was it this that there here with in at on my our the a an of yesterday morning evening night suddenly always often sometimes never got came says shows stopped meaning about because normal bad dangerous happen happened helping need want ask question problem trouble wrong',
  ),
  de: list(
    'guten hallo hi liebe bitte jetzt heute wieder seit für zwei drei Tagen Stunden Woche und ich wir du er bemerkte sah fand Sorge sicher vielleicht auch aber so sehr ziemlich wirklich nur etwas Idee Tipp Rat danke kann könnte würde soll sag mir uns erkläre weiß denke glaube warum wie was wann wo beheben reparieren lösen tun ist war es das dies da hier mit in am auf mein unser die der ein eine von gestern Morgen Abend Nacht früh plötzlich immer oft manchmal nie kam sagt zeigt blieb stehen Bedeutung über weil normal schlimm gefährlich passiert Hilfe brauche will frage Frage Problem Ärger falsch mir fiel gilt mache',
  ),
};

const UMLAUTS: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };
const TELLING =
  /^(no|low|high|hot|cold|kein|nicht|hoch|kalt|not|gpu|ice|eis|warm|voll|full|zu|too|lp|hp|gas|bus|ki|ai|uhr|pi|on|an|off|aus)$/i;

const typo = (text: string, rng: Rng): string => {
  const at = 1 + rng.int(Math.max(1, text.length - 2));
  const kind = rng.int(3);
  if (kind === 0) return text.slice(0, at) + text.slice(at + 1);
  if (kind === 1) return text.slice(0, at) + text.charAt(at) + text.slice(at);
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
};

/** Only short words are dropped: the long ones carry the meaning. */
const dropWords = (text: string, rng: Rng): string => {
  const kept = text.split(' ').filter((w) => w.length > 3 || TELLING.test(w) || rng.chance(0.6));
  return kept.length > 1 ? kept.join(' ') : text;
};

const swapWords = (text: string, rng: Rng): string => {
  const parts = text.split(' ');
  const at = rng.int(Math.max(1, parts.length - 1));
  const [a, b] = [parts[at] ?? '', parts[at + 1] ?? ''];
  return parts.length > 1 ? [...parts.slice(0, at), b, a, ...parts.slice(at + 2)].join(' ') : text;
};

/** Up to six empty words before, after or both. */
export const fill = (text: string, language: Language, rng: Rng): string => {
  const some = (): string[] => Array.from({ length: 1 + rng.int(6) }, () => rng.pick(FILLERS[language]));
  const mark = (): string => rng.pick(['', '', '', ',', ':', ' -', '.', ' (']);
  const end = rng.pick(['', '', '?', '.', ')', '!']);
  const before = rng.chance(0.65) ? `${some().join(' ')}${mark()} ` : '';
  const after = rng.chance(0.6) ? `${mark()} ${some().join(' ')}${end}` : '';
  return `${before}${text}${after}`;
};

export const roughen = (text: string, rng: Rng): string => {
  let out = text;
  if (rng.chance(0.3)) out = dropWords(out, rng);
  if (rng.chance(0.2)) out = swapWords(out, rng);
  if (rng.chance(0.2)) out = typo(out, rng);
  if (rng.chance(0.35)) out = out.toLowerCase();
  else if (rng.chance(0.3)) out = out.charAt(0).toUpperCase() + out.slice(1);
  if (rng.chance(0.2)) out = out.replace(/[äöüßÄÖÜ]/g, (c) => UMLAUTS[c] ?? c);
  return out;
};
