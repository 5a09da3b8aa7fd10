import * as documents from './gql/graphql.ts';

export interface RequestOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Every query and mutation under the name of its field in the schema. */
const OPERATIONS = {
  accessKeys: documents.AccessKeysDocument,
  accounts: documents.AccountsDocument,
  alertChannels: documents.AlertChannelsDocument,
  alerts: documents.AlertsDocument,
  activeAccount: documents.ActiveAccountDocument,
  auditLog: documents.AuditLogDocument,
  apiConfigs: documents.ApiConfigsDocument,
  authState: documents.AuthStateDocument,
  caller: documents.CallerDocument,
  capabilities: documents.CapabilitiesDocument,
  generationRun: documents.GenerationRunDocument,
  loginSuccess: documents.LoginSuccessDocument,
  deskReadiness: documents.DeskReadinessDocument,
  morningReport: documents.MorningReportDocument,
  canaryReports: documents.CanaryReportsDocument,
  runCanary: documents.RunCanaryDocument,
  readiness: documents.ReadinessDocument,
  ready: documents.ReadyDocument,
  roles: documents.RolesDocument,
  yearlyTokens: documents.YearlyTokensDocument,
  generationRuns: documents.GenerationRunsDocument,
  schedule: documents.ScheduleDocument,
  browserQueue: documents.BrowserQueueDocument,
  runQueue: documents.RunQueueDocument,
  systemHealth: documents.SystemHealthDocument,
  tradingCalendar: documents.TradingCalendarDocument,
  tokenExpiry: documents.TokenExpiryDocument,
  tokenLeases: documents.TokenLeasesDocument,
  tokenStatus: documents.TokenStatusDocument,
  tokens: documents.TokensDocument,

  acknowledgeAlert: documents.AcknowledgeAlertDocument,
  removeAlertChannel: documents.RemoveAlertChannelDocument,
  resendAlert: documents.ResendAlertDocument,
  saveAlertChannel: documents.SaveAlertChannelDocument,
  testAlertChannel: documents.TestAlertChannelDocument,
  abortGeneration: documents.AbortGenerationDocument,
  acceptPartial: documents.AcceptPartialDocument,
  addAccount: documents.AddAccountDocument,
  assignRole: documents.AssignRoleDocument,
  importToken: documents.ImportTokenDocument,
  removeRole: documents.RemoveRoleDocument,
  backUpDatabase: documents.BackUpDatabaseDocument,
  beginHumanLogin: documents.BeginHumanLoginDocument,
  clearTradingDay: documents.ClearTradingDayDocument,
  clearQuarantine: documents.ClearQuarantineDocument,
  createAccessKey: documents.CreateAccessKeyDocument,
  createLoginLink: documents.CreateLoginLinkDocument,
  endSessions: documents.EndSessionsDocument,
  enterDashboard: documents.EnterDashboardDocument,
  generateTokens: documents.GenerateTokensDocument,
  leaseToken: documents.LeaseTokenDocument,
  probeCapabilities: documents.ProbeCapabilitiesDocument,
  logout: documents.LogoutDocument,
  removeAccount: documents.RemoveAccountDocument,
  removeApiConfig: documents.RemoveApiConfigDocument,
  refreshTradingCalendar: documents.RefreshTradingCalendarDocument,
  removeSchedule: documents.RemoveScheduleDocument,
  revokeAccessKey: documents.RevokeAccessKeyDocument,
  renameAccount: documents.RenameAccountDocument,
  rotateMasterKey: documents.RotateMasterKeyDocument,
  saveApiConfig: documents.SaveApiConfigDocument,
  saveSchedule: documents.SaveScheduleDocument,
  setTradingDay: documents.SetTradingDayDocument,
  setApiConfigEnabled: documents.SetApiConfigEnabledDocument,
  startLogin: documents.StartLoginDocument,
  switchAccount: documents.SwitchAccountDocument,
  updateAccountCredentials: documents.UpdateAccountCredentialsDocument,
  verifyAudit: documents.VerifyAuditDocument,
} as const;

type Operations = typeof OPERATIONS;

type ResultOf<Document> =
  Document extends documents.TypedDocumentString<infer Result, infer _Variables> ? Result : never;

type VariablesOf<Document> =
  Document extends documents.TypedDocumentString<infer _Result, infer Variables> ? Variables : never;

/** Variables can be left out where all of them can. */
type Given<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions];

/** A method for each query and mutation, named after its field in the schema. Each throws a `VegaError` when it is refused. */
export type VegaMethods = {
  readonly [Name in keyof Operations]: (
    ...given: Given<VariablesOf<Operations[Name]>>
  ) => Promise<ResultOf<Operations[Name]>[Name & keyof ResultOf<Operations[Name]>]>;
};

type Run = (
  document: documents.TypedDocumentString<unknown, unknown>,
  variables: unknown,
  options?: RequestOptions,
) => Promise<unknown>;

/** The methods, each of them one operation that `run` sends. */
export const methodsOf = (run: Run): VegaMethods => {
  const methods = Object.entries(OPERATIONS).map(([name, document]) => {
    const method = async (variables: unknown = {}, options?: RequestOptions) => {
      const result = (await run(document as never, variables, options)) as Record<string, unknown>;
      return result[name];
    };
    return [name, method];
  });
  return Object.fromEntries(methods) as VegaMethods;
};
