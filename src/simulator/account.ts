import { createHash } from 'node:crypto';

export interface SimulatedAccount {
  readonly mobileNumber: string;
  readonly pin: string;
  /** Base32, sixteen letters or more. */
  readonly totpSecret: string;
  readonly totpPeriodSeconds: number;
  readonly userId: string;
  readonly userName: string;
  readonly email: string;
}

export interface SimulatedApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Where the broker posts a token after an approval; an app without one cannot ask for approvals. */
  readonly notifierUrl?: string;
}

export const demoAccount: SimulatedAccount = {
  mobileNumber: '9876501234',
  pin: '739154',
  totpSecret: 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA',
  totpPeriodSeconds: 30,
  userId: 'DEMO01',
  userName: 'Demo Trader',
  email: 'demo.trader@example.com',
};

/** `0de30` reads as "demo" in hexadecimal letters, and the last digit is the app's index. */
export const demoApps: readonly SimulatedApp[] = [0, 1, 2, 3, 4, 5].map((index) => ({
  clientId: `0de30000-0000-4000-8000-00000000000${index}`,
  clientSecret: `demo-secret-${index}`,
  redirectUri: 'http://127.0.0.1:18080/upstox/callback',
}));

/** The login site knows an app by another id than the API key. */
export function internalClientId(app: SimulatedApp): string {
  const digest = createHash('sha256').update(app.clientId).digest('hex');
  return `IND-${digest.slice(0, 8)}`;
}

export function profileOf(account: SimulatedAccount) {
  return {
    email: account.email,
    exchanges: ['NSE', 'NFO', 'BSE', 'CDS', 'BFO', 'BCD'],
    products: ['D', 'CO', 'I'],
    broker: 'UPSTOX',
    user_id: account.userId,
    user_name: account.userName,
    order_types: ['MARKET', 'LIMIT', 'SL', 'SL-M'],
    user_type: 'individual',
    poa: false,
    is_active: true,
  };
}
