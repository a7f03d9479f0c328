import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gasEntry, speaksOfGas } from '../../src/compute/gas.ts';

test('words of a leak are known in both languages, whatever a model would make of them', () => {
  for (const question of [
    'Gas leak what do I do',
    'refrigerant hissing',
    'I smell gas in the cellar',
    'es riecht nach Gas',
    'Gasalarm!',
    'Gasgeruch im Keller',
    'der R290-Melder piept',
    'r 290 alarm',
    'propane sensor lost',
    'Propanleck',
    'Kältemittel tritt aus',
    'Kaeltemittelverlust',
  ])
    assert.is(speaksOfGas(question), true, question);
});

test('a gas that gets out or is smelt is an alarm, though its name is ordinary otherwise', () => {
  for (const question of [
    'the hot gas pipe is leaking',
    'suction gas hisses out of the unit',
    'Heißgas tritt aus',
    'Sauggas leckt und riecht',
    'es riecht nach Erdgas',
    'I smell natural gas in the basement',
    'es riecht nach Flüssiggas',
    'Flüssiggas entweicht',
    'the gas boiler smells odd',
  ])
    assert.is(speaksOfGas(question), true, question);
});

test('ordinary talk of heating is no alarm', () => {
  for (const question of [
    'why is my flow too low?',
    'hot gas temperature 112 C',
    'Heißgastemperatur zu hoch',
    'what is the gas price today',
    'Gaskessel ersetzen',
    'the gasket drips',
    'the gasket leaks',
    'the radiator is leaking',
    'es riecht verbrannt',
    'Erdgas teurer',
    'Das Wasser ist kalt',
  ])
    assert.is(speaksOfGas(question), false, question);
});

test('the vetted entry comes in the language of the question', () => {
  const grammar = readFileSync(new URL('../../models/faults/faults.gbnf', import.meta.url), 'utf8');
  assert.match(gasEntry(grammar, 'it smells of gas in the cellar')!, /^F16 R290 gas alarm: .*outside\.$/);
  assert.match(gasEntry(grammar, 'es riecht nach Gas')!, /^F16 R290 Gasalarm: .*rufen\.$/);
  for (const english of ['Gas alarm!', 'there was a smell of gas', 'will I die of the gas leak?', 'im smelling gas'])
    assert.match(gasEntry(grammar, english)!, /gas alarm:/, english);
  for (const german of ['Gasalarm!', 'Kältemittel tritt aus', 'Kaeltemittelverlust', 'Propanleck'])
    assert.match(gasEntry(grammar, german)!, /Gasalarm:/, german);
  assert.is(gasEntry('root ::= "a"', 'gas'), undefined);
});

test.run();
