const UNIT = /(\d) (?=(?:°C|%)|(?:k?Wh?|K|EUR|ct|min|h|s|L)\b)/g;

/** A figure and its unit stay on one line. */
export const bound = (text: string): string => text.replace(UNIT, '$1\u00a0');

/** What control says after a colon or a semicolon, as a sentence of its own. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
