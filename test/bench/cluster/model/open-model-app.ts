import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, openApp } from '../../../../src/app.ts';
import { readConfig } from '../../../../src/config.ts';
import { createLogger } from '../../../../src/log.ts';

/** A login at the broker takes about so long; with the median of the model everything that waits is shortened. */
const REAL_LOGIN_MS = 12_000;

interface Options {
  readonly medianMs: number;
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  readonly isWorker?: boolean;
}

/** The program as on a machine of its own, whose browser and address it shares with nobody. */
export const openModelApp = ({
  medianMs,
  databaseUrl,
  brokerUrl,
  isWorker = false,
}: Options): Promise<App> => {
  const workingDirectory = mkdtempSync(path.join(tmpdir(), 'vega-model-'));
  const environment = {
    UPSTOX_MOBILE_NUMBER: '9000000001',
    UPSTOX_PIN: '123456',
    UPSTOX_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    UPSTOX_REDIRECT_URI: 'http://127.0.0.1:9/redirect',
    UPSTOX_CLIENT_ID_0: '00000001-0000-4000-8000-000000000000',
    UPSTOX_CLIENT_SECRET_0: 'secret-1-0',
    UPSTOX_API_BASE_URL: brokerUrl,
    VEGA_PORT: '0',
    VEGA_MASTER_KEY: 'm'.repeat(64),
    VEGA_OPERATOR_KEY: 'o'.repeat(64),
    VEGA_EGRESS: path.basename(workingDirectory),
  };
  const config = readConfig(environment);
  const loginRateSeconds = (config.loginRateSeconds * medianMs) / REAL_LOGIN_MS;
  return openApp(
    { ...config, loginRateSeconds },
    {
      workingDirectory,
      databaseUrl,
      isWorker,
      log: createLogger(process.env.MODEL_LOG ?? 'error'),
      browserLock: path.join(workingDirectory, 'browser.lock'),
    },
  );
};
