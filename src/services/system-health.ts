import type { BrowserOptions } from '../broker/broker-browser.ts';
import { findChromium } from '../broker/chromium.ts';
import { findAccounts } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import { type Finding, type HealthComponent, type SystemHealth, worst } from '../domain/health.ts';

interface Options {
  readonly database: Database;
  readonly browser: BrowserOptions;
}

/** How the parts are, found out now. */
export const readSystemHealth = async (options: Options): Promise<SystemHealth> => {
  const findings = [...(await databaseFindings(options.database)), ...browserFindings(options.browser)];
  const stateOf = (component: HealthComponent) =>
    worst(findings.filter((finding) => finding.component === component).map(({ state }) => state));
  return {
    database: stateOf('DATABASE'),
    api: 'UNKNOWN',
    cache: stateOf('CACHE'),
    browser: stateOf('BROWSER'),
    findings,
  };
};

const databaseFindings = async (database: Database): Promise<readonly Finding[]> => {
  try {
    await findAccounts(database.read);
    return [];
  } catch {
    return [
      {
        component: 'DATABASE',
        state: 'DOWN',
        message: 'The database cannot be read.',
        nextAction: 'Check the file, its permissions and the disk.',
      },
    ];
  }
};

const browserFindings = (browser: BrowserOptions): readonly Finding[] => {
  const finding = (message: string): Finding[] => [
    {
      component: 'BROWSER',
      state: 'DOWN',
      message,
      nextAction: 'Run `npm run setup`, or set VEGA_CHROMIUM_PATH.',
    },
  ];
  try {
    const found = findChromium({
      headless: browser.headless,
      chromiumPath: browser.chromiumPath ?? undefined,
    });
    return found === undefined ? finding('No Chromium was found.') : [];
  } catch (error) {
    return finding(error instanceof Error ? error.message : 'No Chromium was found.');
  }
};
