import type { CanaryReport } from '../canary/canary-report.ts';
import type { AlertDraft } from './alert.ts';
import type { Recovery } from './alert-drafts.ts';

/** The next login would probably fail at its first page. */
export const dialogDrifted = ({
  id,
  accountId,
  apiName,
  message,
  changes,
  failure,
  nextAction,
}: CanaryReport): AlertDraft => ({
  kind: 'DRIFT',
  accountId,
  title:
    failure === 'CAPTCHA'
      ? `${accountId}: the login page shows a CAPTCHA`
      : `${accountId}: the login page is not as it was`,
  text: [`${apiName}: ${message}`, ...changes, nextAction].join('\n'),
  fact: id,
});

export const dialogAsBefore = (accountId: string): Recovery => ({
  title: `${accountId}: the login finds its way again`,
  text: 'The login page is one that the login knows. Nothing is to be done.',
});
