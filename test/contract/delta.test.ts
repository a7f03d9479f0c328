import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deltaOf, laidOn } from '../../src/contract/delta.ts';
import { assembler } from '../../web/src/assemble.ts';

const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const keys = fc.constantFrom('a', 'b', 'c', 'controlW', '0', '1');
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -0.5, 21.5, 'x', ''),
    fc.dictionary(keys, tie('tree')),
    fc.array(tie('tree'), { maxLength: 4 }),
  ),
}));
const state = fc.dictionary(keys, tree).map((value) => sent({ ...value }) as Record<string, unknown>);

test('any state and the delta to any other give that other one, and leave the first as it was', () => {
  fc.assert(
    fc.property(state, state, (before, after) => {
      const was = JSON.stringify(before);
      assert.equal(laidOn(before, sent(deltaOf(before, after))), after);
      assert.is(JSON.stringify(before), was);
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test('nothing changed is nothing sent; one figure in a list of equal length is sent alone', () => {
  assert.equal(deltaOf({ a: [{ b: 1 }] }, { a: [{ b: 1 }] }), {});
  assert.equal(deltaOf({ a: [{ b: 1, c: 2 }, 3] }, { a: [{ b: 1, c: 4 }, 3] }), { set: { a: { 0: { c: 4 } } } });
  assert.equal(deltaOf({ a: { b: 1, c: null } }, { a: { c: null } }), { gone: [['a', 'b']] });
  assert.equal(deltaOf({ a: { b: 1 } }, { a: null }), { set: { a: null } });
});

test('what is not there is not written through', () => {
  const delta = JSON.parse('{"set":{"__proto__":{"evil":1},"a":2}}');
  assert.equal(laidOn({ a: 1 }, delta), { a: 2 });
  assert.is(({} as { evil?: number }).evil, undefined);
});

test('a gap asks for the whole once, shows nothing meanwhile, and goes on from there', () => {
  let asked = 0;
  const assemble = assembler(() => asked++);
  const say = (message: object) => assemble(message as never) as object | undefined;
  assert.equal(say({ type: 'snapshot', seq: 4, control: { tick: 1 } }), { control: { tick: 1 } });
  assert.equal(say({ type: 'delta', seq: 5, set: { control: { tick: 2 } } }), { control: { tick: 2 } });
  assert.is(say({ type: 'delta', seq: 7, set: { control: { tick: 4 } } }), undefined);
  assert.is(say({ type: 'delta', seq: 8 }), undefined);
  assert.is(asked, 1);
  assert.equal(say({ type: 'snapshot', seq: 8, control: { tick: 5 } }), { control: { tick: 5 } });
  assert.equal(say({ type: 'delta', seq: 9, gone: [['control', 'tick']] }), { control: {} });
  assert.is(asked, 1);
});

test.run();
