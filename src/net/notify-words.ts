/** What a notification says beside the fault itself. */
export const TITLES = { en: 'HeatMine: a fault', de: 'HeatMine: eine Störung' };
export const TEST = {
  en: ['HeatMine: a test', 'This is how a fault would reach you.'],
  de: ['HeatMine: ein Test', 'So käme eine Störung bei Ihnen an.'],
} as const;
