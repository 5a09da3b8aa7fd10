import { expect, test } from 'vitest';
import type { Command, Given, Terminal } from '../../src/cli/command.ts';
import { generate } from '../../src/cli/commands/run/generate.ts';
import { parse } from '../../src/cli/parser.ts';
import { renderStatus, type StatusFacts } from '../../src/cli/view/status.ts';

const quiet = { write: () => true };
const terminal = { out: quiet, err: quiet } as unknown as Terminal;

/** What the command `generate` is given for a command line. */
const apisOf = async (...args: readonly string[]): Promise<Given['apis']> => {
  let apis: Given['apis'];
  const command: Command = {
    ...generate,
    run: async (_terminal, given) => {
      apis = given.apis;
      return 0;
    },
  };
  await parse(command, args, terminal);
  return apis;
};

test('"Generate selected (comma separated)": commas and blanks separate the APIs of `generate`', async () => {
  expect(await apisOf('WEBSOCKET2,OPTIONCHAIN1')).toEqual(['WEBSOCKET2', 'OPTIONCHAIN1']);
  expect(await apisOf('WEBSOCKET2,', 'OPTIONCHAIN1,WEBSOCKET2')).toEqual(['WEBSOCKET2', 'OPTIONCHAIN1']);
  await expect(apisOf('WEBSOCKET2,WEBSOCKET9')).rejects.toThrow('Allowed choices are PRIMARY');
});

test('"APIs Invalid     : WEBSOCKET2, OPTIONCHAIN1" stands below the counts', () => {
  const check = (apiName: string, verdict: string) => ({
    apiName,
    verdict,
    reason: null,
    httpStatus: null,
  });
  const facts = {
    report: {
      tokens: [check('PRIMARY', 'VALID'), check('WEBSOCKET2', 'EXPIRED'), check('OPTIONCHAIN1', 'MISSING')],
      valid: ['PRIMARY'],
      invalid: ['WEBSOCKET2'],
      missing: ['OPTIONCHAIN1'],
      unknown: [],
      counts: { total: 3, valid: 1, expired: 1, invalid: 0, missing: 1, unknown: 0 },
      choices: [],
    },
    account: {
      accountId: 'UPSTOX_01',
      state: 'IDLE',
      blockedBy: null,
      headline: 'Here.',
      nextAction: 'Wait.',
    },
    expiry: [],
  } as unknown as StatusFacts;
  const lines = renderStatus(facts, { width: 80, hasColour: false } as never);
  expect(lines.slice(-6)).toEqual([
    'Valid Tokens    : 1',
    'Invalid Tokens  : 2',
    'APIs Invalid    : WEBSOCKET2, OPTIONCHAIN1',
    '',
    'Here.',
    'Next: Wait.',
  ]);
});
