import type { ApiName, GenerateTokensMutationVariables } from '../../../sdk/index.ts';
import { verdictText, wouldReplaceIn } from '../../../sdk/words.ts';
import type { Terminal } from '../../command.ts';
import { askChoice, askSome, askWhether } from '../../terminal/prompts.ts';
import { type Choice, choiceLine } from '../../view/choices.ts';
import type { Report } from '../../view/status.ts';

/** What the operator wants made; null for nothing. */
export type Decision = GenerateTokensMutationVariables | null;

interface DecisionOptions {
  readonly accountId: string | undefined;
  /** "Remaining only" is taken when nobody has touched a key by then. */
  readonly byItselfAfterSeconds?: number;
  /** Three choices instead of four, with the same numbers: `--mode=auto` is left with Ctrl-C. */
  readonly hasAbort?: boolean;
}

/** The seeds' menu. Whatever would replace a valid token is confirmed, by name. */
export const askDecision = async (
  terminal: Terminal,
  report: Report,
  { accountId, byItselfAfterSeconds = 0, hasAbort = true }: DecisionOptions,
): Promise<Decision> => {
  const offered = report.choices.filter(({ choice }) => hasAbort || choice !== 'ABORT');
  const offers = offered.map((choice) => ({ value: choice.choice, ...choiceLine(choice) }));
  const isWhole = report.counts.valid === report.counts.total;
  const answer = await askChoice(terminal, 'Choose Action', offers, {
    first: isWhole && hasAbort ? 'ABORT' : 'INVALID_ONLY',
    byItselfAfterSeconds,
  });
  const choice = report.choices.find((each) => each.choice === answer);
  if (choice === undefined || choice.mode === null) return null;
  const apiNames = choice.choice === 'SELECTED' ? await pick(terminal, report) : namesIn(choice);
  if (apiNames === null || !(await isAgreed(terminal, report, apiNames))) return null;
  return {
    mode: choice.mode,
    accountId,
    ...(choice.choice === 'SELECTED' ? { apiNames: [...apiNames] } : {}),
    replaceValid: report.valid.some((name) => apiNames.includes(name)),
    includeUnknown: report.unknown.some((name) => apiNames.includes(name)),
  };
};

const namesIn = ({ apis }: Choice): readonly ApiName[] => apis.map(({ apiName }) => apiName);

const pick = (terminal: Terminal, report: Report): Promise<readonly ApiName[] | null> =>
  askSome(
    terminal,
    'Which ones?',
    report.tokens.map((check) => ({ value: check.apiName, label: check.apiName, hint: verdictText(check) })),
    [...report.invalid, ...report.missing],
  );

const isAgreed = async (
  terminal: Terminal,
  report: Report,
  apiNames: readonly ApiName[],
): Promise<boolean> => {
  const wouldReplace = wouldReplaceIn(report.tokens.filter(({ apiName }) => apiNames.includes(apiName)));
  return wouldReplace === '' || askWhether(terminal, `Replace ${wouldReplace}?`);
};
