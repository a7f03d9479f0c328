import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config, parseConfig } from '../../src/core/config.ts';

function faultOf(text: string): string {
  try {
    parseConfig(text, 'c.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('taken as sound');
}

test('an empty file gives the defaults', () => {
  const config = parseConfig('', 'config.yaml');
  assert.is(config.board, 'sim');
  assert.is(config.house.designLoadW, 12_000);
});

test('all faults at once, with line, column and the key that was meant', () => {
  try {
    parseConfig('house:\n  desgnLoadW: 9000\n  chipMaxC: 300\nunit: Über\n', 'config.yaml');
    assert.unreachable();
  } catch (error) {
    const message = (error as Error).message;
    assert.match(message, 'config.yaml:2:3: unknown key "house.desgnLoadW", did you mean "designLoadW"?');
    assert.match(message, 'config.yaml:3:13: house.chipMaxC');
    assert.match(message, 'config.yaml:4:7: unit');
  }
});

test('what is missing is told as missing, where it belongs; faults stand in the order of the lines', () => {
  const text = 'swarm:\n  join: maybe\nnotify:\n  email: { to: me@example.org }\nunknown: 1\nunit: Über\n';
  const message = faultOf(text);
  assert.equal(
    message.split('\n').map((line) => line.split(':').slice(1, 3).join(':')),
    ['2:9', '4:10', '5:1', '6:7'],
    message,
  );
  assert.match(message, 'c.yaml:4:10: notify.email.host: is missing, must be a text');
});

test('broken YAML names its line', () => {
  assert.throws(() => parseConfig('house: [\n', 'c.yaml'), /c\.yaml:\d+:\d+: /);
});

test('strangers are served by experts that are named, or by those that demand brings; by none is a mistake', () => {
  const accept = ['power', 'liability', 'tax'];
  const experts = (serve: object) =>
    Config.parse({ swarm: { join: true, serve: { accept, ...serve } } }).swarm.serve?.experts;
  assert.equal(experts({ fetched: true }), []);
  assert.equal(experts({ experts: ['faults'] }), ['faults']);
  assert.throws(() => experts({}), /name at least one expert/);
  assert.throws(() => experts({ experts: [] }), /name at least one expert/);
});

test.run();
