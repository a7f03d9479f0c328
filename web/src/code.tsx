/** A sentence in which what is to be typed or looked for stands between backticks. */
export const withCode = (text: string) =>
  text.split('`').map((part, i) => (i % 2 === 1 ? <code key={part}>{part}</code> : part));
