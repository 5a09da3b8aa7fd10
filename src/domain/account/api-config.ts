import type { Secret } from '../secret.ts';
import type { ApiName } from './api-name.ts';

export const CONFIG_SOURCES = ['ENV', 'DATABASE'] as const;
export type ConfigSource = (typeof CONFIG_SOURCES)[number];

/** One API app of an account as it is registered at the broker. */
export interface ApiConfig {
  readonly apiIndex: number;
  readonly apiName: ApiName;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  readonly isPrimary: boolean;
  readonly enabled: boolean;
  readonly source: ConfigSource;
}

/** PRIMARY first, then by index: the order in which tokens are made and shown. */
export const byApiIndex = (a: ApiConfig, b: ApiConfig): number =>
  Number(b.isPrimary) - Number(a.isPrimary) || a.apiIndex - b.apiIndex;
