/**
 * A regular expression (ECMA 262, as JSON Schema has it) as GBNF for what stands between the quotes of a JSON string. What
 * looks around or back is undefined: it cannot be held. Characters that JSON escapes are said escaped, or left out of sets.
 */
const MOST_CHARS = 500;
/** llama.cpp writes repetitions out, one within another. */
const MOST_WRITTEN = 2000;
const MOST_DEPTH = 16;
/** Not between quotes as they are. */
const NEVER = '"\\\\\\x7F\\x00-\\x1F';
const ANY = `[^${NEVER}]`;
const SETS: Record<string, string> = { d: '0-9', w: 'a-zA-Z0-9_', s: ' ' };
const NAMED: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };

/** Thrown inside, never out of here. */
class Beyond extends Error {}

/** A character as JSON writes it, in a GBNF literal. */
const said = (char: string): string =>
  `"${JSON.stringify(JSON.stringify(char).slice(1, -1)).slice(1, -1).replaceAll('\\u007f', '\\x7F')}"`;
/** In a GBNF set; '' for what JSON escapes. */
function inSet(char: string): string {
  if (char < ' ' || char === '"' || char === '\\' || char === '\x7f') return '';
  return ']^-['.includes(char) ? `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : char;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #written = 0;
  constructor(text: string) {
    this.#text = text;
  }

  /** The whole pattern, with anything before and behind it where it is not anchored. */
  whole(): string {
    const options: string[] = [];
    do {
      const from = this.#take('^') ? '' : `${ANY}*`;
      const body = this.#sequence(0, 1, true);
      const to = this.#take('$') ? '' : `${ANY}*`;
      options.push([from, body, to].filter(Boolean).join(' ') || '""');
    } while (this.#take('|'));
    if (this.#at < this.#text.length) throw new Beyond();
    return options.join(' | ');
  }

  #take(char: string): boolean {
    const there = this.#text[this.#at] === char;
    if (there) this.#at++;
    return there;
  }

  #options(depth: number, times: number): string {
    const options = [this.#sequence(depth, times, false)];
    while (this.#take('|')) options.push(this.#sequence(depth, times, false));
    return options.map((option) => option || '""').join(' | ');
  }

  #sequence(depth: number, times: number, top: boolean): string {
    const parts: string[] = [];
    for (let next = this.#text[this.#at]; next !== undefined && next !== '|' && next !== ')'; ) {
      if (top && next === '$') break;
      parts.push(this.#repeated(depth, times));
      next = this.#text[this.#at];
    }
    return parts.join(' ');
  }

  #repeated(depth: number, times: number): string {
    const start = this.#at;
    this.#atom(depth, times, false);
    const sign = /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(this.#text.slice(this.#at));
    const end = this.#at + (sign?.[0].length ?? 0);
    const least = sign?.[1] === undefined ? 0 : Number(sign[1]);
    const most = sign?.[3] ? Number(sign[3]) : least;
    if (sign?.[3] && most < least) throw new Beyond();
    // Read again, now that it is known how often it is written.
    this.#at = start;
    const body = this.#atom(depth, times * Math.max(1, most), true);
    this.#at = end;
    if (sign) this.#take('?');
    return body + (sign?.[0] ?? '');
  }

  #atom(depth: number, times: number, counts: boolean): string {
    if (counts) this.#written += times;
    if (this.#written > MOST_WRITTEN || depth > MOST_DEPTH) throw new Beyond();
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    this.#at += char.length;
    if (char === '(') return this.#group(depth, times);
    if (char === '[') return this.#set();
    if (char === '.') return ANY;
    if (char === '\\') return this.#escaped();
    if ('^$*+?{}])'.includes(char)) throw new Beyond();
    return said(char);
  }

  #group(depth: number, times: number): string {
    const kind = /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.#text.slice(this.#at))?.[0];
    if (kind) this.#at += kind.length;
    else if (this.#text[this.#at] === '?') throw new Beyond();
    const inner = this.#options(depth + 1, times);
    if (!this.#take(')')) throw new Beyond();
    return `(${inner})`;
  }

  #escaped(): string {
    const kind = this.#text[this.#at] ?? '';
    const set = SETS[kind.toLowerCase()];
    if (set === undefined) return said(this.#character());
    this.#at++;
    return SETS[kind] ? `[${set}]` : `[^${set}${NEVER}]`;
  }

  /** Behind a backslash. */
  #character(): string {
    const rest = this.#text.slice(this.#at);
    const code = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,5})\})/i.exec(rest);
    if (code) {
      this.#at += code[0].length;
      return String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16));
    }
    const char = rest[0];
    const named = char && Object.hasOwn(NAMED, char) ? NAMED[char] : undefined;
    // A letter or digit that means something else: a border, a reference back, a property of Unicode.
    if (char === undefined || (named === undefined && /[A-Za-z0-9]/.test(char))) throw new Beyond();
    this.#at++;
    return named ?? char;
  }

  #set(): string {
    const negated = this.#take('^');
    let items = '';
    while (!this.#take(']')) {
      const from = this.#member();
      if (typeof from !== 'string') items += from.set;
      else if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        const to = this.#member();
        if (typeof to !== 'string' || to < from) throw new Beyond();
        items += rangeOf(from, to);
      } else items += inSet(from);
    }
    if (negated) return `[^${items}${NEVER}]`;
    if (items === '') throw new Beyond();
    return `[${items}]`;
  }

  #member(): string | { set: string } {
    if (this.#at >= this.#text.length) throw new Beyond();
    if (!this.#take('\\')) {
      const char = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
      this.#at += char.length;
      return char;
    }
    const kind = this.#text[this.#at] ?? '';
    const set = SETS[kind];
    if (set === undefined && 'DWSb'.includes(kind)) throw new Beyond();
    if (set === undefined) return this.#character();
    this.#at++;
    return { set };
  }
}

/** Without what JSON escapes. */
function rangeOf(from: string, to: string): string {
  let items = '';
  let low = Math.max(0x20, from.codePointAt(0)!);
  const last = to.codePointAt(0)!;
  for (const out of [0x22, 0x5c, 0x7f, last + 1]) {
    if (out < low) continue;
    const high = Math.min(out - 1, last);
    if (low <= high) items += `${inSet(String.fromCodePoint(low))}-${inSet(String.fromCodePoint(high))}`;
    low = out + 1;
  }
  return items;
}

/** The body of a rule, quotes and all; undefined where the pattern cannot be held. */
export function patternGrammar(pattern: string): string | undefined {
  if (pattern.length > MOST_CHARS) return undefined;
  try {
    return `"\\"" (${new Reader(pattern).whole()}) "\\""`;
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}
