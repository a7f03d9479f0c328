/** A sentence in each language of the page. */
export interface InBoth {
  en: string;
  de: string;
}

/** What `heatmine tour` tells the page beside the state of its house; a unit that is no tour leaves it out. */
export interface Tour {
  /** From 1. */
  chapter: number;
  chapters: number;
  title: InBoth;
  caption: InBoth;
  /** House seconds that pass in one second. */
  speed: number;
  /** Of the whole tour, 0 to 1. */
  played: number;
  over: boolean;
}
