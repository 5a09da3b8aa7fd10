import { expect, test } from 'vitest';
import { readChosen } from '../../src/cli/terminal/prompts.ts';

const NAMES = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2'] as const;

test.for([
  ['1, 3', ['PRIMARY', 'WEBSOCKET2']],
  ['3,1,3', ['PRIMARY', 'WEBSOCKET2']],
  ['2 3', ['WEBSOCKET1', 'WEBSOCKET2']],
  ['websocket1, 1', ['PRIMARY', 'WEBSOCKET1']],
] as const)('"Generate selected (comma separated)": %s chooses %j', ([typed, chosen]) => {
  expect(readChosen(NAMES, typed)).toEqual(chosen);
});

test.for([
  ['0, 4', 'There is no 0, 4: give numbers from 1 to 3.'],
  ['1, WEBSOCKET9', 'There is no WEBSOCKET9: give numbers from 1 to 3.'],
  [' , ', 'Give at least one, by number or by name.'],
] as const)('"%s" chooses nothing, and what is wrong is said', ([typed, said]) => {
  expect(readChosen(NAMES, typed)).toBe(said);
});
