/** Questions by the expert that should answer them. */
import { SEED, samplesOf } from './corpus.ts';
import { DEV_FRAMES, DEV_UNKNOWN, FRAMES, UNKNOWN } from './faults-frames.ts';
import { FROZEN } from './frozen.ts';
import { createRng, type Rng } from './rng.ts';
import type { Split, Task } from './sample.ts';
import { chatQuestion, foreignQuestion } from './unknown.ts';
import { numberQuestion } from './unknown-numbers.ts';

export const LABELS = ['faults', 'status', 'convert', 'unknown'] as const;
export type Label = (typeof LABELS)[number];
type Labelled = { text: string; label: Label };

const list = (text: string): string[] => text.split(';').map((s) => s.trim());

const STATUS = list(
  'how is the unit doing; what is the unit doing; status; status please; what is the state of the unit; how warm is it inside; what is the room temperature; is the unit heating; what is the current flow temperature; how much power does it take right now; how much heat do we get at the moment; show me the state; give me an overview; what is going on right now; tell me the current values; what is the power price now; how hot is the buffer; is everything fine; how much do the accelerators draw now; current readings; wie geht es der Anlage; was macht die Anlage gerade; Zustand der Anlage; wie warm ist es drinnen; wie ist die Raumtemperatur; heizt die Anlage gerade; wie hoch ist der Vorlauf jetzt; wie viel Strom zieht sie gerade; wie viel Wärme bekommen wir im Moment; zeig mir den Zustand; gib mir einen Überblick; was ist gerade los; nenne die aktuellen Werte; was kostet der Strom gerade; wie heiß ist der Puffer; ist alles in Ordnung; was ziehen die Beschleuniger jetzt; aktuelle Messwerte; aktueller Status',
);
const DEV_STATUS = list(
  'please tell me what the unit is doing; how warm are the rooms now; what does the machine do at the moment; overview of the unit; what are the current temperatures; is it heating right now; bitte den aktuellen Zustand; wie warm sind die Räume gerade; was tut die Maschine im Moment; Überblick über die Anlage; welche Temperaturen haben wir jetzt; wird gerade geheizt',
);

const anyCase = (text: string, rng: Rng): string =>
  (rng.chance(0.3) ? text.toLowerCase() : text) + (rng.chance(0.3) ? '?' : '');

const WORDINGS = {
  train: { unknown: UNKNOWN, frames: FRAMES, status: STATUS },
  dev: { unknown: DEV_UNKNOWN, frames: DEV_FRAMES, status: DEV_STATUS },
  heldOut: { ...FROZEN, status: [...FROZEN.statusQuestions.en, ...FROZEN.statusQuestions.de] },
};

const unknown = (rng: Rng, split: Split): string => {
  const language = rng.pick(['en', 'de'] as const);
  const { unknown: topics, frames } = WORDINGS[split];
  if (split === 'train' && rng.chance(0.25)) return numberQuestion(rng);
  if (split === 'train' && rng.chance(0.25)) return chatQuestion(language, rng);
  if (split === 'train' && rng.chance(0.7)) {
    const question = foreignQuestion(language, rng);
    return rng.chance(0.6) ? question : rng.pick(frames[language]).replace('{s}', question);
  }
  const topic = rng.pick(topics[language]);
  return rng.chance(0.5) ? topic : rng.pick(frames[language]).replace('{s}', topic);
};

/** Faults questions that the faults expert would not know belong to nobody, unless they are codes. */
const faultTexts = (samples: { text: string; answer: string }[]): string[] =>
  samples.filter((s) => !s.answer.startsWith('F0 ')).map((s) => s.text);

export const trainQuestions = (): Labelled[] => {
  const rng = createRng(SEED + 50);
  const of = (label: Label, texts: string[]): Labelled[] => texts.map((text) => ({ label, text }));
  const many = (n: number, make: () => string): string[] => Array.from({ length: n }, make);
  return rng.shuffle([
    ...of('faults', faultTexts(samplesOf('faults', 16_000, 'train'))),
    ...of(
      'status',
      samplesOf('status', 600, 'train').map((s) => s.text),
    ),
    ...of(
      'status',
      many(2000, () => anyCase(rng.pick(STATUS), rng)),
    ),
    ...of(
      'convert',
      samplesOf('convert', 2500, 'train').map((s) => s.text),
    ),
    ...of(
      'unknown',
      many(14_000, () => anyCase(unknown(rng, 'train'), rng)),
    ),
  ]);
};

export const newQuestions = (split: 'dev' | 'heldOut'): Labelled[] => {
  const rng = createRng(SEED + 150);
  const of = (label: Label, texts: string[]): Labelled[] => texts.map((text) => ({ label, text }));
  const texts = (task: Task, count: number): string[] => samplesOf(task, count, split).map((s) => s.text);
  const { unknown: topics, status } = WORDINGS[split];
  return [
    ...of('faults', rng.shuffle(faultTexts(samplesOf('faults', 0, split))).slice(0, 160)),
    ...of('status', [...texts('status', 20), ...status]),
    ...of('convert', texts('convert', 80)),
    ...of('unknown', [...topics.en, ...topics.de, ...Array.from({ length: 32 }, () => unknown(rng, split))]),
  ];
};
