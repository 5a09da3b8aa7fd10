import type { BrowserOptions } from '../../broker/chromium/broker-browser.ts';
import { findChromium } from '../../broker/chromium/chromium.ts';
import type { Database } from '../../db/database.ts';
import { STRONG_KEY_LENGTH } from '../../domain/account/access-key.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { isTotpCommand } from '../../domain/account/totp-command.ts';
import {
  type Finding,
  type HealthComponent,
  type HealthDetail,
  type SystemHealth,
  worst,
} from '../../domain/health.ts';
import { loginApps } from '../../domain/role/role.ts';
import { NEXT_ACTIONS } from '../../domain/run/failure.ts';
import type { EndedToken } from '../../domain/run/generation-run.ts';
import { endedTokenText } from '../../domain/token/ended-token.ts';
import { hasExpiryConflict } from '../../domain/token/verdict.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import { findProgram } from '../find-program.ts';
import type { AppInspection } from './app-inspection.ts';
import { tryServer } from './server-trial.ts';
import { type AddressOptions, tryStaticAddresses } from './static-addresses.ts';
import { readFindings, storageFindings } from './storage-findings.ts';
import { type Trial, type TrialOptions, tryBrowser, tryClock, tryDisk } from './system-trials.ts';
import { foreignRowFindings, tableFindings } from './table-findings.ts';

/** What today's runs have shown of an account. */
interface States {
  endedTokens(account: Account): Promise<readonly EndedToken[]>;
}

interface Options extends TrialOptions, AddressOptions {
  /** The file as answers name it: from the working directory. */
  readonly databaseLabel: string;
  readonly apiConfigs: ApiConfigs;
  readonly credentials: AccountCredentials;
  readonly roles: Roles;
  readonly apps: AppInspection;
  readonly states: States;
  /** VEGA_OPERATOR_KEY is short enough to be found by trying. */
  readonly isOperatorKeyGuessable: boolean;
}

/**
 * How the parts are, found out now; each app is looked at once in a few minutes. A thorough look also starts the browser,
 * asks the broker for the time, and looks at the settings of the database's server.
 */
export const readSystemHealth = async (options: Options, isThorough = false): Promise<SystemHealth> => {
  options.database.checkFile();
  const unreadable = await readFindings(options.database);
  const facts = unreadable.length > 0 ? [] : await accountFindings(options);
  const storage = storageFindings(options.database, options.databaseLabel);
  const local = browserFindings(options.browser);
  const workers = unreadable.length > 0 ? [] : await workerFindings(options.database);
  // Where machines share a database, those that execute no runs need no browser of their own.
  const found = options.database.looks === null || isThorough ? [...local, ...workers] : workers;
  const isAsked = isThorough && unreadable.length === 0;
  const [disk, clock, launched, addresses, server] = await Promise.all([
    options.database.folder === null ? NOT_TRIED : tryDisk(options.database.folder),
    isThorough ? tryClock(options) : NOT_TRIED,
    isThorough && local.length === 0 ? tryBrowser(options.browser, options.api) : NOT_TRIED,
    isAsked ? tryStaticAddresses(options) : NOT_TRIED,
    isAsked ? tryServer(options.database, options.clock) : NOT_TRIED,
  ]);
  const keys = keyFindings(options.isOperatorKeyGuessable);
  const programs = programFindings(options.credentials);
  const trials = [disk, launched, clock, addresses, server];
  const tried = trials.flatMap((trial) => trial.findings);
  const findings = [...unreadable, ...storage, ...found, ...tried, ...keys, ...programs, ...facts];
  const stateOf = (component: HealthComponent) =>
    worst(findings.filter((finding) => finding.component === component).map(({ state }) => state));
  return {
    database: stateOf('DATABASE'),
    api: unreadable.length > 0 ? 'UNKNOWN' : stateOf('API'),
    cache: stateOf('CACHE'),
    browser: stateOf('BROWSER'),
    config: unreadable.length > 0 ? 'UNKNOWN' : stateOf('CONFIG'),
    clock: isThorough ? stateOf('CLOCK') : 'UNKNOWN',
    disk: stateOf('DISK'),
    findings,
    details: [...placesOf(options), ...trials.flatMap((trial) => trial.details)],
  };
};

const NOT_TRIED: Trial = { findings: [], details: [] };

const placesOf = ({ databaseLabel, browser, api }: Options): readonly HealthDetail[] => {
  const way = api.proxy === null ? 'directly' : `through the proxy ${api.proxyName}`;
  const place = placeOf(browser);
  return [
    { component: 'DATABASE', text: databaseLabel },
    ...(place === null ? [] : [{ component: 'BROWSER', text: place } as const]),
    { component: 'API', text: `${api.baseUrl}, ${way}` },
  ];
};

/** Null where there is none. */
const placeOf = (browser: BrowserOptions): string | null => {
  try {
    return findChromium(browser)?.executablePath ?? null;
  } catch {
    return null;
  }
};

/** Whether there is a browser at all; it is not started. */
export const browserFindings = (browser: BrowserOptions): readonly Finding[] => {
  const nextAction = 'Run `vega-auth setup`, or set VEGA_CHROMIUM_PATH.';
  const finding = (message: string): Finding[] => [
    { component: 'BROWSER', state: 'DOWN', message, nextAction },
  ];
  try {
    return findChromium(browser) === undefined ? finding('No Chromium was found.') : [];
  } catch (error) {
    return finding(error instanceof Error ? error.message : 'No Chromium was found.');
  }
};

/** Whether any machine executes the runs of a database that several share. */
const workerFindings = async ({ looks }: Database): Promise<readonly Finding[]> => {
  if (looks === null || (await looks.egresses()).length > 0) return [];
  const message = 'No worker is connected: runs wait until there is one.';
  const nextAction = 'Start one on a machine with a browser: `vega-auth work`.';
  return [{ component: 'BROWSER', state: 'DOWN', message, nextAction }];
};

/** A short key is let in more slowly while somebody guesses; only a longer one is safe. */
export const keyFindings = (isOperatorKeyGuessable: boolean): readonly Finding[] => {
  if (!isOperatorKeyGuessable) return [];
  return [
    {
      component: 'CONFIG',
      state: 'DEGRADED',
      message: `VEGA_OPERATOR_KEY has fewer than ${STRONG_KEY_LENGTH} characters: it could be found by trying.`,
      nextAction: `Give it ${STRONG_KEY_LENGTH} random characters or more, or leave it out: vega-auth then makes one.`,
    },
  ];
};

/** Whether the programs that print codes could be started; they are not. */
const programFindings = ({ described }: AccountCredentials): readonly Finding[] =>
  described.flatMap(({ id, credentials: { totp } }): readonly Finding[] => {
    if (!isTotpCommand(totp) || findProgram(totp.program) !== null) return [];
    return [
      {
        component: 'CONFIG',
        state: 'DOWN',
        message: `${id}: the program of UPSTOX_TOTP_COMMAND is not there, or cannot be executed.`,
        nextAction: 'Write its whole path, and let the user of vega-auth execute it.',
      },
    ];
  });

const accountFindings = async (options: Options): Promise<readonly Finding[]> => {
  const account = await getAccount(options.database, null);
  const roles = await options.roles.list(account);
  const configs = loginApps(await options.apiConfigs.list(account), roles);
  const known = await options.verifier.lastKnown(account, roles);
  const conflicts = known.filter(({ token }) => token !== undefined && hasExpiryConflict(token));
  return [
    ...(await tableFindings(options.database, account, configs, options.clock())),
    ...(await foreignRowFindings(options.database)),
    ...configFindings(configs),
    ...(await Promise.all(configs.map((config) => appFindings(options.apps, config)))).flat(),
    ...(await options.states.endedTokens(account)).map(
      (ended): Finding => ({
        component: 'CONFIG',
        state: 'DOWN',
        message: endedTokenText(ended),
        nextAction: NEXT_ACTIONS.TOKEN_ENDED,
      }),
    ),
    ...conflicts.map(
      ({ role }): Finding => ({
        component: 'DATABASE',
        state: 'DEGRADED',
        message: `${role.apiName}: the table and the token itself disagree about when it ends; the earlier end counts.`,
        nextAction: 'If another program wrote the row, check VEGA_DB_ZONE; a new token puts it right.',
      }),
    ),
  ];
};

const configFindings = (configs: readonly ApiConfig[]): readonly Finding[] => {
  const finding = (message: string, nextAction: string): Finding => ({
    component: 'CONFIG',
    state: 'DEGRADED',
    message,
    nextAction,
  });
  const twice = configs.filter(
    ({ clientId }, position) => configs.findIndex((other) => other.clientId === clientId) < position,
  );
  return [
    ...(configs.some(({ isPrimary }) => isPrimary)
      ? []
      : [
          finding(
            'PRIMARY is not configured or not enabled.',
            'Configure it: without it nothing is ever confirmed.',
          ),
        ]),
    ...twice.map(({ apiName }) =>
      finding(
        `${apiName} has the client id of another API.`,
        'Give each API an app of its own: a new token may end the older one.',
      ),
    ),
  ];
};

const appFindings = async (apps: AppInspection, config: ApiConfig): Promise<readonly Finding[]> => {
  const check = await apps.inspect(config);
  if (check.kind === 'ACCEPTED') return [];
  if (check.kind === 'REJECTED') {
    return [
      {
        component: 'CONFIG',
        state: 'DOWN',
        message: `${config.apiName}: the broker refuses client id or redirect URI (${check.brokerCode}).`,
        nextAction:
          "Compare both, letter by letter, with the app on the broker's developer page, and check that it is active.",
      },
    ];
  }
  const isSilent = check.status === null;
  const said = isSilent ? 'does not answer' : `answered ${check.status}`;
  return [
    {
      component: 'API',
      state: 'DOWN',
      message: `${config.apiName}: the broker's dialog ${said}.`,
      nextAction: isSilent
        ? "See whether this machine reaches other hosts, and look at the broker's status page."
        : "Look at the broker's status page, and try again later.",
    },
  ];
};
