import { StringDecoder } from 'node:string_decoder';

/** Splits a byte stream into lines; `onOverflow` instead of a line longer than `limitBytes`. */
export function lineSplitter(limitBytes: number, onLine: (line: string) => void, onOverflow: () => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk: Buffer): void => {
    rest += decoder.write(chunk);
    let end = rest.indexOf('\n');
    while (end >= 0) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (line.length > limitBytes) onOverflow();
      else if (line !== '') onLine(line);
      end = rest.indexOf('\n');
    }
    if (rest.length > limitBytes) onOverflow();
  };
}
