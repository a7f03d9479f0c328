import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../../src/core/errors.ts';
import { openHandles } from '../../../../src/net/swarm/useful/handles.ts';
import { codeOf } from '../peers.ts';

const TOKEN = { node: 'n', expert: 'faults', key: 'k', input: 'i', output: 'o', topics: [] };

test('one answer is told of once; where nobody could be told it may be tried again, and never twice at once', async () => {
  const told: unknown[] = [];
  let fault: HeatmineError | undefined;
  let now = 0;
  const handles = openHandles(
    async (token, useful) => {
      if (fault) throw fault;
      told.push([token.input, useful]);
    },
    () => now,
  );
  const [one, two, three] = ['1', '2', '3'].map((input) => handles.keep({ ...TOKEN, input })) as [
    string,
    string,
    string,
  ];
  fault = new HeatmineError('NOBODY_THERE', 'away');
  assert.is(await codeOf(handles.tell(one, true)), 'NOBODY_THERE');
  fault = undefined;
  assert.equal(await Promise.all([codeOf(handles.tell(one, true)), codeOf(handles.tell(one, false))]), [
    'no error',
    'BUSY',
  ]);
  assert.is(await codeOf(handles.tell(one, true)), 'TOKEN_REFUSED');
  assert.is(await codeOf(handles.tell('guess', true)), 'TOKEN_REFUSED');
  fault = new HeatmineError('TOKEN_REFUSED', 'the key is gone');
  assert.is(await codeOf(handles.tell(two, true)), 'TOKEN_REFUSED');
  fault = undefined;
  assert.is(await codeOf(handles.tell(two, true)), 'TOKEN_REFUSED', 'and not sent a second time');
  now += 2 * 24 * 3_600_000;
  assert.is(await codeOf(handles.tell(three, true)), 'TOKEN_REFUSED');
  assert.equal(told, [['1', true]]);
});

test.run();
