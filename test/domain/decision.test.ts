import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { API_NAMES } from '../../src/domain/account/api-name.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { apisOfMode, decide, type GenerationRequest, refusalOf } from '../../src/domain/run/decision.ts';
import { GENERATION_MODES } from '../../src/domain/run/generation-run.ts';
import { type TokenCheck, VERDICTS, type Verdict } from '../../src/domain/token/verdict.ts';
import { check } from './auth-facts.ts';

const request = (parts: Partial<GenerationRequest>): GenerationRequest => ({
  mode: 'ALL',
  apiNames: [],
  replaceValid: false,
  includeUnknown: false,
  ...parts,
});

/** What comes of a request: the APIs, or the code of the refusal. */
const outcome = (asked: GenerationRequest, checks: readonly TokenCheck[]): string => {
  try {
    return decide(asked, checks).join(' ') || 'nothing';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

const FLAGS = [
  { replaceValid: false, includeUnknown: false },
  { replaceValid: false, includeUnknown: true },
  { replaceValid: true, includeUnknown: false },
  { replaceValid: true, includeUnknown: true },
];

test('one API, by verdict, mode and flags', () => {
  const rows = GENERATION_MODES.flatMap((mode) =>
    VERDICTS.map((verdict) => {
      const outcomes = FLAGS.map((flags) =>
        outcome(request({ mode, apiNames: ['PRIMARY'], ...flags }), [check('PRIMARY', verdict)]),
      );
      return [mode, verdict, ...outcomes]
        .map((cell) => cell.padEnd(21))
        .join(' ')
        .trim();
    }),
  );
  const heads = ['mode', 'verdict', 'no flag', 'includeUnknown', 'replaceValid', 'both'];
  expect(
    [
      heads
        .map((cell) => cell.padEnd(21))
        .join(' ')
        .trim(),
      ...rows,
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "mode                  verdict               no flag               includeUnknown        replaceValid          both
    ALL                   VALID                 WOULD_REPLACE_VALID   WOULD_REPLACE_VALID   PRIMARY               PRIMARY
    ALL                   EXPIRED               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    ALL                   INVALID               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    ALL                   UNKNOWN               WOULD_REPLACE_UNKNOWN PRIMARY               PRIMARY               PRIMARY
    ALL                   MISSING               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    INVALID_ONLY          VALID                 nothing               nothing               nothing               nothing
    INVALID_ONLY          EXPIRED               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    INVALID_ONLY          INVALID               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    INVALID_ONLY          UNKNOWN               nothing               PRIMARY               nothing               PRIMARY
    INVALID_ONLY          MISSING               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    PARTIAL               VALID                 WOULD_REPLACE_VALID   WOULD_REPLACE_VALID   PRIMARY               PRIMARY
    PARTIAL               EXPIRED               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    PARTIAL               INVALID               PRIMARY               PRIMARY               PRIMARY               PRIMARY
    PARTIAL               UNKNOWN               WOULD_REPLACE_UNKNOWN PRIMARY               PRIMARY               PRIMARY
    PARTIAL               MISSING               PRIMARY               PRIMARY               PRIMARY               PRIMARY"
  `);
});

const MIXED = [
  check('PRIMARY', 'VALID'),
  check('WEBSOCKET1', 'EXPIRED'),
  check('WEBSOCKET2', 'UNKNOWN'),
  check('WEBSOCKET3', 'INVALID'),
  check('OPTIONCHAIN1', 'MISSING'),
];

test.each([
  [{ mode: 'ALL' }, 'WOULD_REPLACE_VALID'],
  [{ mode: 'ALL', includeUnknown: true }, 'WOULD_REPLACE_VALID'],
  [{ mode: 'ALL', replaceValid: true }, 'PRIMARY WEBSOCKET1 WEBSOCKET2 WEBSOCKET3 OPTIONCHAIN1'],
  [{ mode: 'INVALID_ONLY' }, 'WEBSOCKET1 WEBSOCKET3 OPTIONCHAIN1'],
  [{ mode: 'INVALID_ONLY', includeUnknown: true }, 'WEBSOCKET1 WEBSOCKET2 WEBSOCKET3 OPTIONCHAIN1'],
  [{ mode: 'INVALID_ONLY', replaceValid: true }, 'WEBSOCKET1 WEBSOCKET3 OPTIONCHAIN1'],
  [{ mode: 'PARTIAL', apiNames: ['OPTIONCHAIN1', 'WEBSOCKET1'] }, 'WEBSOCKET1 OPTIONCHAIN1'],
  [{ mode: 'PARTIAL', apiNames: ['WEBSOCKET1', 'WEBSOCKET2'] }, 'WOULD_REPLACE_UNKNOWN'],
  [{ mode: 'PARTIAL', apiNames: ['PRIMARY', 'WEBSOCKET2'] }, 'WOULD_REPLACE_VALID'],
  [{ mode: 'PARTIAL', apiNames: [] }, 'nothing'],
  [{ mode: 'INVALID_ONLY', apiNames: ['PRIMARY'] }, 'WEBSOCKET1 WEBSOCKET3 OPTIONCHAIN1'],
] as const)('of a mixed set %j makes %s', (parts, expected) => {
  expect(outcome(request(parts), MIXED)).toBe(expected);
});

test('a refusal names the tokens that it saves, and the way on', () => {
  const refusal = (verdicts: readonly Verdict[]) => {
    try {
      return decide(
        request({ mode: 'ALL' }),
        verdicts.map((verdict, index) => check(API_NAMES[index] ?? 'PRIMARY', verdict)),
      );
    } catch (error) {
      const { code, message, nextAction, retryableAt } = error as Refusal;
      return { code, message, nextAction, retryableAt };
    }
  };
  expect(refusal(['VALID', 'UNKNOWN', 'VALID'])).toEqual({
    code: 'WOULD_REPLACE_VALID',
    message: 'PRIMARY, WEBSOCKET2 would be replaced although valid.',
    nextAction: 'Use mode INVALID_ONLY, or confirm with replaceValid: true.',
    retryableAt: null,
  });
  expect(refusal(['MISSING', 'UNKNOWN'])).toEqual({
    code: 'WOULD_REPLACE_UNKNOWN',
    message: 'The broker did not say whether WEBSOCKET1 still works.',
    nextAction: 'Ask again with tokenStatus, or confirm with includeUnknown: true.',
    retryableAt: null,
  });
});

const checks = fc
  .array(fc.constantFrom(...VERDICTS), { maxLength: API_NAMES.length })
  .map((verdicts) => verdicts.map((verdict, index) => check(API_NAMES[index] ?? 'PRIMARY', verdict)));
const requests = fc.record({
  mode: fc.constantFrom(...GENERATION_MODES),
  apiNames: fc.uniqueArray(fc.constantFrom(...API_NAMES)),
  replaceValid: fc.boolean(),
  includeUnknown: fc.boolean(),
});

const decided = (asked: GenerationRequest, known: readonly TokenCheck[]): readonly TokenCheck[] => {
  const chosen = outcome(asked, known).split(' ');
  return known.filter(({ apiName }) => chosen.includes(apiName));
};

test('a VALID token is never chosen without replaceValid, an UNKNOWN one never without either flag', () => {
  fc.assert(
    fc.property(requests, checks, (asked, known) => {
      const verdicts = decided(asked, known).map(({ verdict }) => verdict);
      if (!asked.replaceValid) expect(verdicts).not.toContain('VALID');
      if (!asked.replaceValid && !asked.includeUnknown) expect(verdicts).not.toContain('UNKNOWN');
    }),
  );
});

test('what is chosen is known, of the mode, in order, and each once', () => {
  fc.assert(
    fc.property(requests, checks, (asked, known) => {
      const chosen = decided(asked, known);
      const ofMode = apisOfMode(asked, known);
      expect(chosen.length === 0 || chosen.length === ofMode.length).toBe(true);
      if (chosen.length > 0) expect(chosen).toEqual(ofMode);
    }),
  );
});

test('an account without apps is not one whose every token is valid: every request is refused with what to do', () => {
  for (const mode of GENERATION_MODES)
    expect(refusalOf(request({ mode }), [])).toMatchObject({
      code: 'API_NOT_CONFIGURED',
      nextAction: 'Store one with saveApiConfig, PRIMARY first; then generate.',
    });
});

test('INVALID_ONLY is never refused where there is an app', () => {
  fc.assert(
    fc.property(requests, checks, (asked, known) => {
      fc.pre(known.length > 0);
      expect(() => decide({ ...asked, mode: 'INVALID_ONLY' }, known)).not.toThrow();
    }),
  );
});

describe('tokens that end each other are not made in turns', () => {
  const ended = [{ apiName: 'WEBSOCKET1', endedBy: ['PRIMARY'] }] as const;
  const dead = [check('PRIMARY', 'VALID'), check('WEBSOCKET1', 'INVALID')];

  test('by INVALID_ONLY, which would end a VALID one', () => {
    expect(refusalOf(request({ mode: 'INVALID_ONLY' }), dead, ended)).toMatchObject({
      code: 'WOULD_REPLACE_VALID',
      message: expect.stringMatching(/^PRIMARY would be ended although valid\. /),
    });
    expect(() => decide(request({ mode: 'INVALID_ONLY' }), dead, ended)).toThrow(Refusal);
  });

  test('also where the VALID one is of a role that no login serves', () => {
    const others = [check('OPTIONCHAIN1', 'VALID')];
    const asked = request({ mode: 'INVALID_ONLY' });
    const checks = [check('WEBSOCKET1', 'INVALID')];
    expect(refusalOf(asked, checks, ended)).toBeNull();
    expect(refusalOf(asked, checks, ended, others)).toMatchObject({ code: 'WOULD_REPLACE_VALID' });
  });

  test.each([
    ['with replaceValid', request({ mode: 'INVALID_ONLY', replaceValid: true }), dead],
    ['with another mode, which names them', request({ mode: 'PARTIAL', apiNames: ['WEBSOCKET1'] }), dead],
    [
      'where none is VALID any more',
      request({ mode: 'INVALID_ONLY' }),
      [check('PRIMARY', 'UNKNOWN'), check('WEBSOCKET1', 'INVALID')],
    ],
    [
      'where it is another one that is made',
      request({ mode: 'INVALID_ONLY' }),
      [check('PRIMARY', 'VALID'), check('WEBSOCKET1', 'VALID'), check('WEBSOCKET2', 'MISSING')],
    ],
  ])('except %s', (_what, asked, checks) => {
    expect(refusalOf(asked, checks, ended)).toBeNull();
  });

  test('among the ended ones the one that would be made again is named', () => {
    const several = [{ apiName: 'OPTIONCHAIN1', endedBy: ['PRIMARY'] }, ...ended] as const;
    expect(refusalOf(request({ mode: 'INVALID_ONLY' }), dead, several)?.message).toMatch(
      /valid\. .*WEBSOCKET1/,
    );
    const two = [...dead, check('OPTIONCHAIN2', 'MISSING')];
    expect(refusalOf(request({ mode: 'INVALID_ONLY' }), two, ended)?.code).toBe('WOULD_REPLACE_VALID');
  });
});
