import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const FOLDER = path.resolve(import.meta.dirname, '../../docs/container');

export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly sysctls?: Readonly<Record<string, number>>;
  readonly security_opt: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly healthcheck?: { readonly test: readonly [kind: string, ...command: string[]] };
  readonly mem_limit: string;
  readonly stop_grace_period?: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export const fileText = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8');

export const CLUSTER: ComposeFile = parse(fileText('compose.cluster.yaml'), { merge: true });
export const NGINX = fileText('nginx.cluster.conf');

export const serviceOf = (name: string): Service => {
  const service = CLUSTER.services[name];
  if (service === undefined) throw new Error(`There is no service ${name}.`);
  return service;
};

const namesBy = (command: string): readonly string[] =>
  Object.keys(CLUSTER.services).filter((name) => serviceOf(name).command?.[0] === command);

export const NODES = namesBy('serve');
export const WORKERS = namesBy('work');

/** What a container of the service finds in its environment. */
export const environmentOfService = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(serviceOf(name).environment ?? {}).map(([key, value]) => [key, String(value)]),
  );

/** The settings with which the service `postgres` starts its server. */
export const postgresSettings = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (serviceOf('postgres').command ?? [])
      .slice(1)
      .map((word) => /^-c(\w+)=(.+)$/.exec(word) ?? [])
      .map(([, key = '', value = '']) => [key, value]),
  );

export const secondsOf = (duration: string): number => {
  const [, count, unit] = /^(\d+)([sm])$/.exec(duration) ?? [];
  return Number(count) * (unit === 'm' ? 60 : 1);
};
