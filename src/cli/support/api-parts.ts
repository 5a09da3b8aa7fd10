import type { AuditLogQuery, VegaClient } from '../../sdk/index.ts';

const [RUNS, ENTRIES] = [20, 500];

/** One part of a bundle: which of an answer's fields are taken is said here, and nowhere else. */
export interface Part {
  readonly name: string;
  readonly holds: string;
  readonly read: () => unknown;
}

/** Enough of an id for its owner to know it. */
const mask = (text: string): string => `${text.slice(0, 2)}****`;

/** Messages that quote what a person has typed are left out. */
const QUOTING =
  /^(QUARANTINE_CLEARED|KEY_CREATED|ACCOUNT_RENAMED|ALERT_\w+|OFFER_DISMISSED|BACKUP_FAILED|NOTICE_REFUSED)$/;

type Entry = AuditLogQuery['auditLog']['nodes'][number];

const entryOf = ({
  id,
  timestamp,
  severity,
  component,
  kind,
  accountId,
  apiName,
  correlationId,
  message,
}: Entry) => ({
  ...{ id, timestamp, severity, component, kind, accountId, apiName, correlationId },
  message: QUOTING.test(kind) ? null : message,
});

/** What the API tells, through a server or in this process. */
export const apiParts = (client: VegaClient): readonly Part[] => {
  const perAccount = async <Facts>(read: (accountId: string) => Promise<Facts>) => {
    const accounts = await client.accounts();
    return Promise.all(accounts.map(async ({ id }) => ({ accountId: id, facts: await read(id) })));
  };
  return [
    {
      name: 'health',
      holds: 'what doctor finds: states, findings, details such as the browser’s version',
      read: () => client.systemHealth({ thorough: true }),
    },
    {
      name: 'accounts',
      holds: 'ids, states and cooldowns; the user id masked, no name',
      read: async () =>
        (await client.accounts()).map(
          ({ id, client: masked, broker, plan, isActive, source, authState }) => ({
            ...{ id, client: masked, broker, plan, isActive, source },
            state: authState.state,
            blockedBy: authState.blockedBy,
            since: authState.since,
            headline: authState.headline,
            cooldown: authState.cooldown,
          }),
        ),
    },
    {
      name: 'apis',
      holds: 'names and order of the API apps; client ids masked, no redirect address',
      read: () =>
        perAccount(async (accountId) =>
          (await client.apiConfigs({ accountId })).map(
            ({ apiIndex, apiName, clientId, isPrimary, enabled, source }) => ({
              ...{ apiIndex, apiName, clientId: mask(clientId), isPrimary, enabled, source },
            }),
          ),
        ),
    },
    {
      name: 'tokens',
      holds: 'verdicts and times as last known; no token and no fingerprint',
      read: () =>
        perAccount(async (accountId) =>
          (await client.tokens({ accountId })).map(
            ({ apiName, isPrimary, verdict, generatedAt, expiresAt, checkedAt, storage, version }) => ({
              ...{ apiName, isPrimary, verdict, generatedAt, expiresAt, checkedAt, storage, version },
            }),
          ),
        ),
    },
    {
      name: 'readiness',
      holds: 'the forecast for the next bell',
      read: () => client.deskReadiness(),
    },
    {
      name: 'runs',
      holds: `the last ${RUNS} runs of each account with their steps, phases and failures`,
      read: () => perAccount((accountId) => client.generationRuns({ accountId, first: RUNS })),
    },
    {
      name: 'audit',
      holds: `the last ${ENTRIES} entries; no message that quotes what a person has typed`,
      read: async () => (await client.auditLog({ first: ENTRIES })).nodes.map(entryOf),
    },
    {
      name: 'auditChain',
      holds: 'whether the audit log is whole',
      read: () => client.verifyAudit(),
    },
  ];
};
