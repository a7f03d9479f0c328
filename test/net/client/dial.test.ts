import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dialRule } from '../../../src/net/client/way.ts';

const HOME = [
  'ws://127.0.0.1:8703',
  'ws://192.168.1.1',
  'ws://[fd00::1]:8703',
  'ws://localhost:8703',
  'ws://nas.local',
];

test('a page of a public relay knocks at no door of the network it is shown in', () => {
  const far = dialRule(['wss://relay.example'], false, 'http:');
  assert.equal(HOME.filter(far), []);
  assert.ok(far('ws://203.0.113.9:8703') && far('wss://other.example'));
  const near = dialRule(['ws://192.168.1.7:8703'], false, 'http:');
  assert.equal(HOME.filter(near), HOME, 'whose relay is at home is led there');
  assert.equal(HOME.filter(dialRule(['wss://relay.example'], true, undefined)), HOME);
  assert.not.ok(dialRule([], true, 'https:')('ws://203.0.113.9:8703'));
});

test.run();
