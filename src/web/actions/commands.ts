import type { Client } from '@urql/core';
import {
  AbortGenerationDocument,
  GenerateTokensDocument,
  type GenerateTokensMutationVariables,
  StartLoginDocument,
  SwitchAccountDocument,
  TokenStatusDocument,
} from '../../sdk/index.ts';
import type { DashboardQuery } from '../gql/graphql.ts';
import type { Question } from '../intent.tsx';
import { navigate, VIEWS } from '../router.ts';
import { documentOf } from '../state/typed-document.ts';
import { applyTheme, THEMES } from '../theme.ts';
import { lockOf, lockOfRuns, nothingMissing } from './locks.ts';
import { toRefusal } from './refusal.ts';

export interface Surroundings {
  readonly client: Client;
  readonly dashboard: DashboardQuery;
  readonly ask: (question: Question) => void;
  readonly showHelp: (isOpen: boolean) => void;
}

export interface Command {
  readonly name: string;
  readonly argument?: string;
  readonly summary: string;
  /** Whether it changes something. */
  readonly acts?: true;
  /** What to say afterwards. */
  readonly run: (surroundings: Surroundings, argument: string) => string | Promise<string>;
}

const openQuestion =
  (question: Question) =>
  ({ ask, dashboard }: Surroundings): string => {
    const lock = lockOf(question, dashboard);
    if (lock !== null) return lock;
    navigate('/');
    ask(question);
    return 'Confirm it in the decision panel.';
  };

/** What can be typed into the command line. A question only opens its confirmation. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'login',
    summary: 'Log in: generate what is missing.',
    acts: true,
    run: async ({ client, dashboard }) => {
      const variables = { accountId: dashboard.activeAccount.id };
      const { error } = await client.mutation(documentOf(StartLoginDocument), variables).toPromise();
      return error === undefined ? 'The login has begun.' : said(error);
    },
  },
  {
    name: 'generate',
    argument: '[API …]',
    summary: 'Generate what is missing, or these APIs.',
    acts: true,
    run: async ({ client, dashboard }, argument) => {
      const accountId = dashboard.activeAccount.id;
      const wanted = [
        ...new Set(
          argument
            .toUpperCase()
            .split(/[\s,]+/)
            .filter(Boolean),
        ),
      ];
      const apiNames = dashboard.tokens.map(({ apiName }) => apiName).filter((name) => wanted.includes(name));
      if (apiNames.length < wanted.length)
        return `There is no such API: ${wanted.filter((name) => !apiNames.some((known) => known === name)).join(', ')}.`;
      const idle = wanted.length === 0 ? (lockOfRuns(dashboard) ?? nothingMissing(dashboard)) : null;
      if (idle !== null) return idle;
      const variables: GenerateTokensMutationVariables =
        wanted.length === 0 ? { mode: 'INVALID_ONLY', accountId } : { mode: 'PARTIAL', apiNames, accountId };
      const { error } = await client.mutation(documentOf(GenerateTokensDocument), variables).toPromise();
      return error === undefined ? 'The run is stored.' : said(error);
    },
  },
  {
    name: 'check',
    summary: 'Ask the broker once about each token.',
    run: async ({ client, dashboard }) => {
      const variables = { accountId: dashboard.activeAccount.id };
      const { data, error } = await client.query(documentOf(TokenStatusDocument), variables).toPromise();
      if (error !== undefined || data === undefined) return error === undefined ? 'No answer.' : said(error);
      const { valid, total } = data.tokenStatus.counts;
      return `${valid} of ${total} are valid.`;
    },
  },
  {
    name: 'abort',
    summary: 'Abort the run that is under way.',
    acts: true,
    run: async ({ client, dashboard }) => {
      const { run } = dashboard.authState;
      if (run == null) return 'There is no run.';
      const { error } = await client
        .mutation(documentOf(AbortGenerationDocument), { runId: run.id })
        .toPromise();
      return error === undefined ? 'Aborted.' : said(error);
    },
  },
  { name: 'choose', summary: 'Choose which tokens to make.', acts: true, run: openQuestion('CHOOSE') },
  { name: 'force', summary: 'Force regenerate all; asks first.', acts: true, run: openQuestion('FORCE') },
  { name: 'accept', summary: 'Accept the partial set; asks first.', acts: true, run: openQuestion('ACCEPT') },
  { name: 'logout', summary: 'Log out; asks first.', acts: true, run: openQuestion('LOGOUT') },
  {
    name: 'switch',
    argument: 'ACCOUNT',
    summary: 'Make another account the active one.',
    acts: true,
    run: async ({ client }, accountId) => {
      const { error } = await client.mutation(documentOf(SwitchAccountDocument), { accountId }).toPromise();
      return error === undefined ? `${accountId} is the active account.` : said(error);
    },
  },
  {
    name: 'go',
    argument: 'VIEW',
    summary: `Go to ${VIEWS.map(({ path }) => path.slice(1) || 'account').join(', ')}.`,
    run: (_surroundings, name) => {
      const view = VIEWS.find(({ path }) => (path.slice(1) || 'account') === name);
      if (view === undefined) return `There is no view ${name}.`;
      navigate(view.path);
      return '';
    },
  },
  {
    name: 'theme',
    argument: 'THEME',
    summary: `Choose the colours: ${THEMES.join(', ')}.`,
    run: (_surroundings, name) => {
      const theme = THEMES.find((one) => one === name);
      if (theme === undefined) return `There is no theme ${name}.`;
      applyTheme(theme);
      return `The theme is ${theme}.`;
    },
  },
  {
    name: 'help',
    summary: 'Every key and command.',
    run: ({ showHelp }) => {
      showHelp(true);
      return '';
    },
  },
];

const said = (error: Parameters<typeof toRefusal>[0]): string => {
  const { message, nextAction } = toRefusal(error);
  return `Refused: ${message}${nextAction === null ? '' : ` Next: ${nextAction}`}`;
};
