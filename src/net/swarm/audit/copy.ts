/** Which copy of an expert answers, as its node says: its weights, and how they are asked and bounded. */
export interface Copy {
  weights?: string | undefined;
  wording?: string | undefined;
}

/** Undefined for a node that names no weights. Only two copies with all of it alike say alike. */
export const copyText = ({ weights, wording }: Copy): string | undefined => weights && `${weights} ${wording ?? ''}`;
