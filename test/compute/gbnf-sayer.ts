/**
 * Says something that a GBNF grammar allows, drawn by a seed: an independent reader of the notation
 * (https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md), for checking what the grammars mean.
 */
type Node =
  | { text: string }
  | { set: string[] }
  | { rule: string }
  | { all: Node[] }
  | { any: Node[] }
  | { node: Node; least: number; most: number };

const MORE = 3;

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  #blanks(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }
  any(): Node {
    const any = [this.#all()];
    for (this.#blanks(); this.#text[this.#at] === '|'; this.#blanks()) {
      this.#at++;
      any.push(this.#all());
    }
    return any.length === 1 ? any[0]! : { any };
  }
  #all(): Node {
    const all: Node[] = [];
    for (this.#blanks(); this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!); this.#blanks())
      all.push(this.#repeated(this.#one()));
    return { all };
  }
  #one(): Node {
    const char = this.#text[this.#at];
    if (char === '(') {
      this.#at++;
      const inner = this.any();
      this.#at++;
      return inner;
    }
    if (char === '"') return { text: this.#until('"').join('') };
    if (char === '[') return { set: this.#set() };
    const name = /^[\w-]+/.exec(this.#text.slice(this.#at))?.[0];
    if (!name) throw new Error(`grammar: ${this.#text.slice(this.#at, this.#at + 40)}`);
    this.#at += name.length;
    return { rule: name };
  }
  #repeated(node: Node): Node {
    const rest = this.#text.slice(this.#at);
    const counted = /^\{(\d+)(,?)(\d*)\}/.exec(rest);
    if (counted) {
      this.#at += counted[0].length;
      const least = Number(counted[1]);
      const most = counted[3] ? Number(counted[3]) : counted[2] ? least + MORE : least;
      return this.#repeated({ node, least, most });
    }
    const sign = rest[0];
    if (sign !== '?' && sign !== '*' && sign !== '+') return node;
    this.#at++;
    return { node, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : MORE };
  }
  /** Characters up to the closing one, escapes undone; a `-` of a range is kept as '\uFFFF'. */
  #until(close: string): string[] {
    const chars: string[] = [];
    for (this.#at++; this.#text[this.#at] !== close; this.#at++) {
      let char = this.#text[this.#at]!;
      if (char === '\\') {
        char = this.#text[++this.#at]!;
        if (char === 'x') {
          char = String.fromCharCode(Number.parseInt(this.#text.slice(this.#at + 1, this.#at + 3), 16));
          this.#at += 2;
        } else char = { n: '\n', r: '\r', t: '\t' }[char] ?? char;
      } else if (char === '-' && close === ']' && chars.length && this.#text[this.#at + 1] !== ']') char = '\uFFFF';
      chars.push(char);
    }
    this.#at++;
    return chars;
  }
  #set(): string[] {
    let chars = this.#until(']');
    const negated = chars[0] === '^';
    if (negated) chars = chars.slice(1);
    const set: string[] = [];
    for (let i = 0; i < chars.length; i++) {
      if (chars[i + 1] !== '\uFFFF') set.push(chars[i]!);
      else {
        for (let c = chars[i]!.charCodeAt(0); c <= chars[i + 2]!.charCodeAt(0); c++) set.push(String.fromCharCode(c));
        i += 2;
      }
    }
    return negated ? ['a', 'ü', '"', '\\', '\n', '{', '\u007f', '€'].filter((c) => !set.includes(c)) : set;
  }
}

export function says(grammar: string, seed: number): string {
  const rules = new Map(
    grammar.split('\n').map((line) => {
      const [name, body] = line.split(/ ::= (.*)/s);
      return [name!, new Reader(body ?? '').any()] as const;
    }),
  );
  const chance = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
  // Deep down the shortest way out is taken: alternatives are ordered so that some end.
  const say = (node: Node, depth: number): string => {
    if (depth > 400) throw new Error('endless');
    if ('text' in node) return node.text;
    if ('set' in node) return pick(node.set);
    if ('all' in node) return node.all.map((n) => say(n, depth + 1)).join('');
    if ('any' in node) return say(depth > 40 ? node.any.at(-1)! : pick(node.any), depth + 1);
    if ('rule' in node) {
      const body = rules.get(node.rule);
      if (!body) throw new Error(`no rule ${node.rule}`);
      return say(body, depth + 1);
    }
    const most = depth > 40 ? node.least : node.most;
    const times = node.least + Math.floor(chance() * (most - node.least + 1));
    return Array.from({ length: times }, () => say(node.node, depth + 1)).join('');
  };
  return say(rules.get('root')!, 0);
}
