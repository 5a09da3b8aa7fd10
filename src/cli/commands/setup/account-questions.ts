import type { Env } from '../../../config.ts';
import { API_NAMES } from '../../../sdk/names.ts';
import type { Terminal } from '../../command.ts';
import { askChoice, askSecret, askText } from '../../terminal/prompts.ts';

/** A variable's value by its name. */
export type Answers = Readonly<Record<string, string>>;

interface Question {
  readonly variable: string;
  readonly message: string;
  readonly isSecret?: boolean;
  readonly isOptional?: boolean;
  /** Where this is known, the question is not asked. */
  readonly unless?: string;
  readonly placeholder?: string;
}

export interface AccountQuestions {
  /** What is given already, and not asked for. */
  readonly known: Env;
  /** Some apps may be stored already. */
  readonly mayHaveNoApps: boolean;
  /** What is wrong with a value, when these are the other answers. */
  readonly problemOf: (variable: string, value: string, answers: Answers) => string | undefined;
}

const LOGIN: readonly Question[] = [
  { variable: 'UPSTOX_MOBILE_NUMBER', message: 'Mobile number of the Upstox login' },
  { variable: 'UPSTOX_PIN', message: 'PIN of the login, six digits', isSecret: true },
  {
    variable: 'UPSTOX_TOTP',
    message: 'TOTP secret, as the authenticator app was given it, or its otpauth:// link',
    isSecret: true,
    unless: 'UPSTOX_TOTP_COMMAND',
  },
  {
    variable: 'UPSTOX_REDIRECT_URI',
    message: 'Redirect URI, letter for letter as in your apps at the broker',
    placeholder: 'https://127.0.0.1/callback (nothing has to answer there)',
  },
];

const NOTIFIER: Question = {
  variable: 'UPSTOX_NOTIFIER_WEBHOOK_URI',
  message: 'Notifier webhook of your apps, for approvals on the phone (Enter: none)',
  isOptional: true,
};

const NO_APPS = 'none';

/** Asks for what is not known yet; null when somebody has had enough. */
export const askAccount = async (
  terminal: Terminal,
  questions: AccountQuestions,
): Promise<Answers | null> => {
  const login = await askAll(terminal, LOGIN, questions, {});
  if (login === null) return null;
  const count = appsIn(questions.known) || (await askCount(terminal, questions));
  if (count === null) return null;
  const apps = API_NAMES.slice(0, count).flatMap(aboutApp);
  return askAll(terminal, [...apps, NOTIFIER], questions, login);
};

const askAll = async (
  terminal: Terminal,
  wanted: readonly Question[],
  { known, problemOf }: AccountQuestions,
  before: Answers,
): Promise<Answers | null> => {
  let answers = before;
  for (const { variable, message, isSecret, isOptional, placeholder, unless } of wanted) {
    if (known[variable]?.trim() || (unless !== undefined && known[unless]?.trim())) continue;
    const given = answers;
    const validate = (answer = '') =>
      isOptional === true && answer.trim() === '' ? undefined : problemOf(variable, answer.trim(), given);
    const hint = placeholder === undefined ? {} : { placeholder };
    const answer =
      isSecret === true
        ? await askSecret(terminal, message, { validate })
        : await askText(terminal, message, { validate, ...hint });
    if (answer === null) return null;
    if (answer.trim() !== '') answers = { ...answers, [variable]: answer.trim() };
  }
  return answers;
};

const aboutApp = (name: string, index: number): readonly Question[] => [
  { variable: `UPSTOX_CLIENT_ID_${index}`, message: `API key (client id) of the app for ${name}` },
  {
    variable: `UPSTOX_CLIENT_SECRET_${index}`,
    message: `API secret of the app for ${name}`,
    isSecret: true,
  },
];

/** How many apps are described at least in part. */
const appsIn = (known: Env): number =>
  1 +
  API_NAMES.findLastIndex((_, index) =>
    [`UPSTOX_CLIENT_ID_${index}`, `UPSTOX_CLIENT_SECRET_${index}`].some((name) => known[name]?.trim()),
  );

const askCount = async (terminal: Terminal, { mayHaveNoApps }: AccountQuestions): Promise<number | null> => {
  const offers = API_NAMES.map((name, index) => ({
    value: String(index + 1),
    label: String(index + 1),
    hint: index === 0 ? name : `${API_NAMES[0]} to ${name}`,
  }));
  const none = { value: NO_APPS, label: 'None now', hint: 'they are stored already' };
  const chosen = await askChoice(
    terminal,
    'How many API apps does the account have?',
    mayHaveNoApps ? [...offers, none] : offers,
    { first: mayHaveNoApps ? NO_APPS : '1' },
  );
  if (chosen === null) return null;
  return chosen === NO_APPS ? 0 : Number(chosen);
};
