import { useState } from 'react';
import { LOGIN_STEP_WORDS, STEP_WORDS, VERDICT_WORDS, type Word } from '../../../sdk/words.ts';
import { dayInIndia, momentInIndia, timeInIndia } from '../../format.ts';
import type { DashboardQuery } from '../../gql/graphql.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Disclosure } from '../disclosure.tsx';
import { Facts } from '../facts.tsx';
import { WordMark } from '../word.tsx';
import { ExpiryBar, TimeLeft } from './expiry.tsx';

type Token = DashboardQuery['tokens'][number];
type Step = NonNullable<DashboardQuery['authState']['run']>['steps'][number];

/** It is safe, but not in the database yet. */
const IN_MEMORY: Word = { glyph: '⚠', word: 'IN MEMORY', tone: 'warn' };
const SPILLED: Word = { glyph: '⚠', word: 'WAITS ON DISK', tone: 'warn' };

const storageWord = ({ storage, version }: Token): Word | null => {
  if (storage === 'SPILL') return SPILLED;
  return storage === 'MEMORY' && version > 0 ? IN_MEMORY : null;
};

export const TokenRow = ({ token, step }: { token: Token; step: Step | null }) => {
  const [isOpen, open] = useState(false);
  const { tokenExpiry } = useDashboard();
  const stored = storageWord(token);
  const expiry = tokenExpiry.find(({ apiName }) => apiName === token.apiName);
  return (
    <>
      <tr className={token.isPrimary ? 'primary-row' : undefined} data-level={expiry?.level}>
        <th scope="row">
          <Disclosure isOpen={isOpen} onToggle={() => open(!isOpen)}>
            {token.apiName}
          </Disclosure>
        </th>
        <td>
          <WordMark of={VERDICT_WORDS[token.verdict]} />
          {stored === null ? null : (
            <>
              {' '}
              <WordMark of={stored} />
            </>
          )}
        </td>
        <td className="bar-column">{expiry === undefined ? null : <ExpiryBar expiry={expiry} />}</td>
        <td className="number">{expiry === undefined ? '–' : <TimeLeft expiry={expiry} />}</td>
        <td className="number wide">{expiry === undefined ? '–' : dayInIndia(expiry.expiresAt)}</td>
        <td className="number wide">{token.checkedAt == null ? 'not yet' : timeInIndia(token.checkedAt)}</td>
      </tr>
      <StepOf step={step} token={token} />
      {isOpen ? <Details token={token} /> : null}
    </>
  );
};

/** What the run is doing for this API, or why it came to nothing. */
const StepOf = ({ step, token }: { step: Step | null; token: Token }) => {
  if (step === null || step.status === 'DONE') return null;
  if (step.status === 'FAILED' && token.verdict === 'VALID') return null;
  const { failure } = step;
  if (failure == null && step.status !== 'RUNNING') return null;
  return (
    <tr className="sub">
      <td colSpan={4}>
        {failure == null ? (
          <>
            <WordMark of={STEP_WORDS[step.status]} /> {step.step == null ? '' : LOGIN_STEP_WORDS[step.step]}
          </>
        ) : (
          <>
            <WordMark of={{ ...STEP_WORDS.FAILED, word: failure.code }} /> {failure.meaning} {failure.message}{' '}
            {failure.submitted.length === 0 ? null : (
              <span className="dim">Had been sent: {failure.submitted.join(', ')}. </span>
            )}
            <span className="next">Next: {failure.nextAction}</span>
          </>
        )}
      </td>
      <td className="wide" colSpan={2} />
    </tr>
  );
};

const Details = ({ token }: { token: Token }) => (
  <tr className="sub">
    <td colSpan={4}>
      <Facts
        of={[
          ['Fingerprint', token.fingerprint ?? 'no token'],
          ['Version', token.version],
          ['Stored in', token.storage],
          ['Made', token.generatedAt == null ? '–' : momentInIndia(token.generatedAt)],
          ['Ends', token.expiresAt == null ? '–' : momentInIndia(token.expiresAt)],
          [
            'Checked',
            token.checkedAt == null ? 'not, as far as this server knows' : momentInIndia(token.checkedAt),
          ],
        ]}
      />
    </td>
    <td className="wide" colSpan={2} />
  </tr>
);
