import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { peerLine } from '../../src/app/commands/peers.ts';
import { dayTeller } from '../../src/app/day-teller.ts';
import { findingsText } from '../../src/app/findings-text.ts';
import { checkDevices, fail, ok, warn } from '../../src/app/hardware-check.ts';
import { progressTeller } from '../../src/app/progress-teller.ts';
import { loadBoard } from '../../src/hal/board.ts';

test('doctor tells what fails first, shortens many warnings, names each, and says what matters', () => {
  const many = Array.from({ length: 9 }, (_, i) => warn(`device${i}`, 'answers late'));
  const lines = findingsText([ok('node', 'v24'), ...many, fail('ports', 'held')]);
  assert.match(lines[0]!, /^FAIL ports/);
  assert.is(lines.filter((l) => l.startsWith('WARN')).length, 6);
  for (const { what } of many)
    assert.ok(
      lines.some((l) => l.includes(what)),
      what,
    );
  assert.match(lines.at(-3)!, /^OK +node/);
  assert.equal(
    lines.slice(-2).map((l) => l.split(':')[0]),
    ['1 failed', '9 to look at'],
  );
  assert.equal(findingsText([ok('node', 'v24')]), ['OK   node             v24']);
  assert.is(findingsText(many.slice(0, 6)).filter((l) => l.startsWith('WARN')).length, 6);
});

test('doctor: simulated chips that a busy machine answers late are one line and no wire; one that mostly fails is told', () => {
  const board = loadBoard('sim');
  const device = (name: string, good: number, timeout: number) => ({
    ...{ device: name, driver: 'tmp117', where: 'i2c1 0x48', ok: good, absent: 0, stuck: 0, noise: 0, timeout },
    lastError: 'tmp117 at i2c1 0x48: no answer in time; check power and SDA/SCL wires',
  });
  const health = [
    device('tmpAccelIn', 990, 10),
    device('tmpRoom', 999, 1),
    device('drive', 10, 90),
    device('meterPv', 9, 0),
  ];
  const findings = checkDevices(board, health);
  assert.equal(
    findings.map(({ level, what }) => [level, what]),
    [
      ['WARN', 'drive'],
      ['WARN', 'devices'],
    ],
  );
  assert.match(findings[1]!.text, '2 of 4 simulated ones answered late now and then (0.55 % of calls)');
  assert.is(checkDevices({ ...board, simulated: false }, health).length, 3);
});

test('a long simulation says every ten seconds how far it is, a terminal sees each day', () => {
  const told = (isTTY: boolean) => {
    let nowMs = 0;
    let text = '';
    const teller = dayTeller(40, { isTTY, write: (t) => (text += t) }, () => nowMs);
    for (let day = 1; day <= 40; day++) {
      nowMs += 1000;
      teller.onDay(day);
    }
    teller.end();
    return text;
  };
  assert.is(told(false), 'day 10 of 40\nday 20 of 40\nday 30 of 40\nday 40 of 40\n');
  assert.is(told(true).split('\r').length, 41);
});

test('what is long tells a terminal by a bar in one line, anybody else every ten seconds, and the time where nobody counts', () => {
  const told = (isTTY: boolean, of: number | undefined) => {
    let nowMs = 5000;
    let text = '';
    const teller = progressTeller('loop', { isTTY, write: (t) => (text += t) }, () => nowMs);
    for (let done = 1; done <= 40; done++) {
      nowMs += 1000;
      if (of === undefined) teller.look();
      else teller.on(done, of);
    }
    teller.end();
    return text;
  };
  assert.is(told(false, undefined), 'loop  10 s\nloop  20 s\nloop  30 s\nloop  40 s\n');
  assert.match(told(false, 40), 'loop  [############............] 50 %, 20 s\n');
  const terminal = told(true, 40);
  assert.is(terminal.split('\r').length, 41);
  assert.not.match(terminal, '\n');
  assert.ok(terminal.endsWith('100 %, 40 s\r\x1b[K'), 'and the line is free again');
});

test('peers: a liar is told with why, and until when by the clock of the house', () => {
  const node = {
    ...{ v: 1 as const, key: 'k'.repeat(43), issuedS: 0, urls: ['ws://192.0.2.1:1'], relays: [], relay: false },
    experts: [{ id: 'faults', topics: ['heating'], languages: ['en'], price: 0 }],
  };
  const shunned = {
    why: 'it bills more tokens than its answers have (audit 2)',
    untilMs: Date.parse('2026-12-26T23:30Z'),
  };
  assert.match(
    peerLine(node, shunned, 'Europe/Berlin'),
    /LIAR: it bills .* \(audit 2\); not asked until 2026-12-27 00:30 \S+$/,
  );
  assert.match(peerLine(node, undefined, 'Europe/Berlin'), /faults \(heating; free\)$/);
});

test.run();
