import { verdictText } from '../../sdk/words.ts';
import type { Run } from './run.ts';
import type { StatusFacts } from './status.ts';
import { istClock } from './times.ts';

/** How it all ended, in the one line that a mail or a journal needs. */
export const renderSummary = (facts: StatusFacts, run: Run | null, place: string): string => {
  const { report, account, expiry } = facts;
  const { valid, total } = report.counts;
  const [soonest] = expiry
    .filter(({ apiName }) => report.valid.includes(apiName))
    .sort((one, other) => one.remainingSeconds - other.remainingSeconds);
  const until = soonest === undefined ? '' : ` until ${istClock(soonest.expiresAt)} IST`;
  const wrong = report.tokens
    .filter(({ verdict }) => verdict !== 'VALID')
    .map((check) => {
      const step = run?.steps.find(({ apiName }) => apiName === check.apiName);
      return `${check.apiName} ${step?.failure?.code ?? verdictText(check)}`;
    });
  const rest = wrong.length === 0 ? '' : `; ${wrong.join(', ')}`;
  return `vega-auth ${account.accountId}: ${valid} of ${total} tokens valid${until}${rest} (${place})`;
};
