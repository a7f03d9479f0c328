/** JSON Schema to GBNF: what it cannot hold is refused, what it holds is checked with a small reader of GBNF of its own. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { schemaGrammar } from '../../src/compute/json-grammar.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { says } from './gbnf-sayer.ts';

const refusal = (schema: unknown): string => {
  try {
    schemaGrammar(schema, true);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof HeatmineError)) throw error;
    return error.message;
  }
};

type Check = (value: never) => boolean;
const CASES: [object, Check][] = [
  [{ type: 'integer', minimum: -2, maximum: 3 }, (n: number) => Number.isInteger(n) && n >= -2 && n <= 3],
  [{ type: 'integer', exclusiveMinimum: 0 }, (n: number) => Number.isInteger(n) && n > 0],
  [{ type: ['string', 'null'], maxLength: 3 }, (s: string | null) => s === null || [...s].length <= 3],
  [
    { enum: ['a"b\\', 1, null, { x: [] }] },
    (v: unknown) => v === 'a"b\\' || v === 1 || v === null || typeof v === 'object',
  ],
  [{ type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 4 }, (a: []) => a.length >= 2 && a.length <= 4],
  [
    { type: 'array', items: [{ type: 'boolean' }, { const: 3 }], additionalItems: false },
    (a: unknown[]) => typeof a[0] === 'boolean' && a[1] === 3 && a.length === 2,
  ],
  [{ type: 'array', maxItems: 0 }, (a: []) => a.length === 0],
  [
    { type: 'object', properties: { a: { const: 1 }, b: { type: 'null' }, c: { type: 'number' } }, required: ['b'] },
    (o: object) => 'b' in o && Object.keys(o).every((k) => 'abc'.includes(k)),
  ],
  [
    { type: 'object', properties: { a: { const: 1 } }, additionalProperties: { type: 'boolean' } },
    (o: Record<string, unknown>) => Object.entries(o).every(([k, v]) => k === 'a' || typeof v === 'boolean'),
  ],
  [
    {
      $defs: { n: { type: 'object', properties: { next: { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] } } } },
      $ref: '#/$defs/n',
    },
    (o: object) => Object.keys(o).every((k) => k === 'next'),
  ],
  [
    {
      allOf: [
        { properties: { a: { type: 'boolean' } }, required: ['a'] },
        { properties: { b: { const: 2 } }, required: ['b'] },
      ],
    },
    (o: { a: boolean; b: number }) => typeof o.a === 'boolean' && o.b === 2,
  ],
  [{ type: 'string', format: 'date-time' }, (s: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(s)],
  [{}, () => true],
  [{ type: 'string', nullable: true, 'x-order': 1 }, (s: string | null) => s === null || typeof s === 'string'],
  [{ type: 'number', minimum: -40.5, maximum: 85.25 }, (n: number) => n >= -40.5 && n <= 85.25],
  [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, (n: number) => n > 0 && n < 1],
  [{ type: 'integer', minimum: 1000, maximum: 65_535 }, (n: number) => Number.isInteger(n) && n >= 1000 && n <= 65_535],
  [{ type: 'number', multipleOf: 0.01, minimum: 0 }, (n: number) => n >= 0 && Number(n.toFixed(2)) === n],
  [{ type: 'number', multipleOf: 0.5, minimum: -1, maximum: 2 }, (n: number) => n * 2 === Math.round(n * 2)],
  [
    { type: 'integer', multipleOf: 3, minimum: -7, maximum: 7 },
    (n: number) => Math.abs(n % 3) === 0 && Math.abs(n) <= 7,
  ],
  [{ type: 'string', format: 'ipv4' }, (s: string) => s.split('.').every((part) => Number(part) <= 255)],
  [{ type: 'string', format: 'email', pattern: '^(?!x).*$' }, (s: string) => /^[^@]+@[^@]+\.[a-z]+$/.test(s)],
  [{ type: 'string', format: 'duration' }, (s: string) => /^P(\d+W|\d+D|(\d+D)?T\d+[HMS])$/.test(s)],
];

const PATTERNS = [
  ...['^[A-Z]{2}-\\d{3,4}$', 'abc', '^(foo|bar)+?x{0,3}$', '^#(?:[0-9a-fA-F]{3}){1,2}$', '^a|b$', '^"q"\\\\$', ''],
  ...[
    '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$',
    '^[\\]\\[^-]+$',
    '^[ -~]*$',
    '^\\u00e9\\x41[à-ü]?$',
    '^.{2,5}$',
    '^\\S+ \\D\\W$',
  ],
  ...['^(?<year>\\d{4})-(0[1-9]|1[0-2])$', '^€{2}$', '^[0-9]{1,3}(,[0-9]{3})*(\\.[0-9]+)?$', "^[a-z'&]+$", '^\\t?x$'],
];

test('what a pattern lets through matches it; what looks around or back, or is no pattern, is refused', () => {
  for (const pattern of PATTERNS) {
    const grammar = schemaGrammar({ type: 'string', pattern }, true);
    const matches = new RegExp(pattern, 'u');
    for (let seed = 0; seed < 60; seed++) {
      const value = JSON.parse(says(grammar, seed)) as string;
      assert.ok(matches.test(value), `${pattern} let through ${JSON.stringify(value)}`);
    }
  }
  const beyond = [
    '(?=a)',
    '(?!a)b',
    '\\bx',
    '(a)\\1',
    '\\p{L}',
    'a{3000}',
    '(a{100}){100}',
    '[',
    '(',
    ')',
    '*',
    '[z-a]',
    '^a^',
  ];
  for (const pattern of [...beyond, `${'('.repeat(60)}a${')'.repeat(60)}`, 'x{2,1}'])
    assert.match(refusal({ type: 'string', pattern }), /cannot be held/, pattern);
});

test('bounds of numbers hold, whatever they are', () => {
  const bound = fc.option(fc.tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: 0, max: 5 })));
  const value = (drawn: [number, number] | null) => drawn && Number((drawn[0] / 10 ** drawn[1]).toFixed(drawn[1]));
  const keys = fc.constantFrom(['minimum', 'maximum'], ['exclusiveMinimum', 'exclusiveMaximum']);
  const type = fc.constantFrom('integer', 'number');
  fc.assert(
    fc.property(bound, bound, keys, type, fc.nat(), (a, b, [low, high], type, seed) => {
      const [least, most] = [value(a), value(b)].sort((x, y) => (x === null || y === null ? 0 : x - y));
      const bounds = { ...(least === null ? {} : { [low!]: least }), ...(most === null ? {} : { [high!]: most }) };
      const schema = { type, ...bounds };
      if (refusal(schema) !== 'accepted') return assert.match(refusal(schema), /no number is within/);
      const said = says(schemaGrammar(schema, true), seed);
      const n = JSON.parse(said) as number;
      const isOut = low === 'exclusiveMinimum' && (n === least || n === most);
      const fits = (least ?? n) <= n && n <= (most ?? n) && !isOut && (type === 'number' || Number.isInteger(n));
      assert.ok(fits, `${JSON.stringify(schema)} let through ${said}`);
    }),
    { seed: 20_27, numRuns: 2000 },
  );
});

test('where the asker does not insist, what cannot be held is left out and the rest is held', () => {
  const odd = { type: 'array', uniqueItems: true, items: { type: 'string', pattern: '(?=a)' }, maxItems: 2 };
  assert.match(refusal(odd), /"uniqueItems" cannot be held/);
  const grammar = schemaGrammar(odd, false);
  for (let seed = 0; seed < 50; seed++) assert.ok((JSON.parse(says(grammar, seed)) as string[]).length <= 2);
});

test('whatever the grammar lets through parses and fits', () => {
  for (const [schema, fits] of CASES) {
    const grammar = schemaGrammar(schema, true);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const value = JSON.parse(says(grammar, seed)) as never;
        assert.ok(fits(value), `${JSON.stringify(schema)} let through ${JSON.stringify(value)}`);
      }),
      { seed: 20_26, numRuns: 200 },
    );
  }
});

test('what cannot be held is refused with its place', () => {
  const cases: [unknown, RegExp][] = [
    [7, /is no schema/],
    [{ properties: { a: { type: 'string', pattern: '^a(?!b)' } } }, /schema\/a: the pattern .* cannot be held/],
    [{ properties: { a: { not: {} } } }, /schema\/a: "not" cannot be held/],
    [{ type: 'number', multipleOf: 3 }, /multipleOf/],
    [{ type: 'integer', minimum: 3.2, maximum: 3.8 }, /no number is within/],
    [{ type: 'decimal' }, /unknown type "decimal"/],
    [{ $ref: 'http://x/y' }, /leaves the schema/],
    [{ $ref: '#/$defs/none' }, /points nowhere/],
    [{ $ref: '#' }, /is itself/],
    [{ anyOf: [{ $ref: '#' }, { type: 'null' }] }, /is itself/],
    [{ type: 'string', maxLength: 1e9 }, /up to 2000/],
    [{ type: 'array', minItems: 3, maxItems: 1 }, /below minItems/],
    [{ properties: {}, required: ['gone'], additionalProperties: false }, /is no property/],
    [{ enum: [] }, /empty/],
    [{ $ref: '#/__proto__' }, /points nowhere/],
  ];
  for (const [schema, expected] of cases) assert.match(refusal(schema), expected);
});

test('bombs are refused at once: deep, wide, and self-multiplying schemas', () => {
  let deep: object = { type: 'null' };
  for (let i = 0; i < 10_000; i++) deep = { type: 'array', items: deep };
  const wide = {
    properties: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`p${i}`, { type: 'null' }])),
  };
  const doubling = (level: number): object =>
    level === 0 ? { enum: ['x'.repeat(100)] } : { properties: { a: doubling(level - 1), b: doubling(level - 1) } };
  for (const schema of [deep, wide, doubling(14)]) {
    const startedMs = performance.now();
    assert.match(refusal(schema), /nests deeper|too large/);
    assert.ok(performance.now() - startedMs < 2000);
  }
});

test.run();
