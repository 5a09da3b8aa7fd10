import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, type AppOptions, openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const NOWHERE = 'http://127.0.0.1:9';

/** The whole program with six APIs in an empty folder. No broker is asked for anything. */
export const openBenchApp = (limits: AppOptions['limits'] = {}, databaseUrl?: string): Promise<App> => {
  const apis = Array.from({ length: 6 }, (_, index) => [
    [`UPSTOX_CLIENT_ID_${index}`, `client-${index}`],
    [`UPSTOX_CLIENT_SECRET_${index}`, `secret-${index}`],
  ]);
  const environment = {
    UPSTOX_MOBILE_NUMBER: '9000000001',
    UPSTOX_PIN: '123456',
    UPSTOX_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    UPSTOX_REDIRECT_URI: `${NOWHERE}/redirect`,
    UPSTOX_API_BASE_URL: NOWHERE,
    VEGA_PORT: '0',
    VEGA_LOG_LEVEL: 'error',
    VEGA_MASTER_KEY: process.env.VEGA_MASTER_KEY,
    VEGA_OPERATOR_KEY: process.env.VEGA_OPERATOR_KEY,
    ...Object.fromEntries(apis.flat()),
  };
  return openApp(readConfig(environment), {
    workingDirectory: mkdtempSync(path.join(tmpdir(), 'vega-bench-')),
    limits,
    databaseUrl,
  });
};
