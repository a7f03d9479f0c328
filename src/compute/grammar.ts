/** Where these begin, parentheses mean nothing until the end: quoted text, character sets, token names, comments. */
const OPAQUE: Record<string, string> = { '"': '"', '[': ']', '<': '>', '#': '\n' };

/** How deep the parentheses of a GBNF grammar nest: llama.cpp's parser calls itself for each and has no limit of its own. */
export function grammarDepth(grammar: string): number {
  let depth = 0;
  let deepest = 0;
  let until = '';
  for (let at = 0; at < grammar.length; at++) {
    const char = grammar[at]!;
    if (until) {
      if (char === '\\' && (until === '"' || until === ']')) at++;
      else if (char === until || (until === '\n' && char === '\r')) until = '';
    } else if (char === '(') deepest = Math.max(deepest, ++depth);
    else if (char === ')') depth = Math.max(0, depth - 1);
    else until = OPAQUE[char] ?? '';
  }
  return deepest;
}
