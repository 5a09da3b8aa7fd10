import type { ApiName, GenerateTokensMutationVariables } from '../sdk/index.ts';
import { verdictText } from '../sdk/index.ts';
import type { Terminal } from './command.ts';
import { askChoice, askSome, askWhether } from './prompts.ts';
import { type Choice, choiceLine } from './view/choices.ts';
import type { Report } from './view/status.ts';

/** What the operator wants made; null for nothing. */
export type Decision = GenerateTokensMutationVariables | null;

interface DecisionOptions {
  readonly accountId: string | undefined;
  /** "Remaining only" is taken when nobody has touched a key by then. */
  readonly byItselfAfterMs?: number;
}

/** The seeds' menu. Whatever would replace a valid token is confirmed, by name. */
export const askDecision = async (
  terminal: Terminal,
  report: Report,
  { accountId, byItselfAfterMs }: DecisionOptions,
): Promise<Decision> => {
  const seconds = (byItselfAfterMs ?? 0) / 1000;
  const message =
    byItselfAfterMs === undefined ? 'Choose Action' : `Choose Action (2 by itself in ${seconds} s)`;
  const offers = report.choices.map((choice) => ({ value: choice.choice, ...choiceLine(choice) }));
  const first = report.counts.valid === report.counts.total ? 'ABORT' : 'INVALID_ONLY';
  const answer = await askChoice(terminal, message, offers, {
    first: byItselfAfterMs === undefined ? first : 'INVALID_ONLY',
    ...(byItselfAfterMs === undefined ? {} : { byItselfAfterMs }),
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
  const atStake = [...report.valid, ...report.unknown].filter((name) => apiNames.includes(name));
  if (atStake.length === 0) return true;
  return askWhether(terminal, `Replace ${atStake.join(', ')}, although valid or not known to be dead?`);
};
