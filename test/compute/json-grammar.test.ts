/** JSON Schema to GBNF: what it cannot hold is refused, what it holds is checked with a small reader of GBNF of its own. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { schemaGrammar } from '../../src/compute/json-grammar.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { says } from './gbnf-sayer.ts';

const refusal = (schema: unknown): string => {
  try {
    schemaGrammar(schema);
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
];

test('whatever the grammar lets through parses and fits', () => {
  for (const [schema, fits] of CASES) {
    const grammar = schemaGrammar(schema);
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
    [{ properties: { a: { type: 'string', pattern: '^a' } } }, /schema\/a: "pattern" cannot be held/],
    [{ type: 'number', multipleOf: 3 }, /multipleOf/],
    [{ type: 'number', minimum: 1.5 }, /minimum of 0/],
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
