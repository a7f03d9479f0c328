/** One small change of a source file: `[start, end)` becomes `text`. */
export interface Mutant {
  /** Below src/control. */
  file: string;
  line: number;
  start: number;
  end: number;
  was: string;
  text: string;
  /** Where it shows: its own place, each use of the constant that it changes, what the row says that it belongs to. */
  places: number[];
  /** It is read when the module is loaded: which cases meet it nobody can tell by what they run. */
  everywhere: boolean;
}

/** Each comparison becomes its opposite, each `and` an `or`. */
const FLIPS: Record<string, string> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
};
const OPERATOR = /(?<=\s)(<=|>=|===|!==|<|>|&&|\|\|)(?=\s)/g;
/** Limits: constants by name, times of rows, and numbers that something is compared with. */
const LIMITS = [
  /(?<=\bconst [A-Z][A-Z0-9_]* = )-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?(?=;)/g,
  /(?<=\b(?:holdS|clearS|trips|windowS): )\d[\d_]*(?:\.\d+)?/g,
  /(?<=(?:<|>|<=|>=) -?)\d[\d_]*(?:\.\d+)?(?:e-?\d+)?\b(?![\w.*])/g,
];
const FACTORS = [0.5, 2] as const;

/** Comments, strings and templates as blanks of the same length: what is left is code. */
export function codeOf(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, blank);
}

/** Of a constant that a module has at its top, and of a row's times, what shows them. */
function placesOf(code: string, start: number): Pick<Mutant, 'places' | 'everywhere'> {
  const line = code.slice(code.lastIndexOf('\n', start) + 1, start);
  const constant = /^(?:export )?const ([A-Z][A-Z0-9_]*)\b/.exec(line)?.[1];
  if (constant) {
    const uses = [...code.matchAll(new RegExp(`\\b${constant}\\b`, 'g'))].map((m) => m.index);
    return { places: uses.slice(1), everywhere: true };
  }
  if (/\b(?:holdS|clearS|trips|windowS): $/.test(line)) {
    const says = code.indexOf('text: ', start);
    return { places: says < 0 ? [] : [code.indexOf('=>', says) + 3], everywhere: true };
  }
  return { places: [start], everywhere: false };
}

function at(file: string, source: string, code: string, start: number, was: string, text: string): Mutant {
  const line = source.slice(0, start).split('\n').length;
  return { file, line, start, end: start + was.length, was, text, ...placesOf(code, start) };
}

/** All mutants of a file, in the order of its text. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const code = codeOf(source);
  const found = new Map<string, Mutant>();
  const add = (mutant: Mutant) => found.set(`${mutant.start} ${mutant.text}`, mutant);
  for (const m of code.matchAll(OPERATOR)) add(at(file, source, code, m.index, m[0], FLIPS[m[0]]!));
  for (const pattern of LIMITS) {
    for (const m of code.matchAll(pattern)) {
      const value = Number(m[0].replaceAll('_', ''));
      if (value === 0) continue;
      for (const factor of FACTORS) add(at(file, source, code, m.index, m[0], String(value * factor)));
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

export const mutated = (source: string, m: Mutant): string => source.slice(0, m.start) + m.text + source.slice(m.end);
