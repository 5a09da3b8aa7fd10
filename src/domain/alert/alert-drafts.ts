import { type FailureCode, NEXT_ACTIONS } from '../run/failure.ts';
import { type GenerationRun, waitsElsewhere } from '../run/generation-run.ts';
import type { StorageKind } from '../token/token.ts';
import { toLocalIst } from '../wall-time.ts';
import type { AlertDraft } from './alert.ts';

/** A lock that another program holds for a moment is over before anybody could look. */
const STORAGE_HOLD_MS = 3000;

/** Every fact of a run begins so. */
export const factsOfRun = ({ id }: Pick<GenerationRun, 'id'>): string => `${id} `;

/** The run waits for a person since `at`; null where that person has begun the login and knows. */
export const personAwaited = (run: GenerationRun, at: Date): AlertDraft | null => {
  const step = run.steps.find(({ status }) => status === 'RUNNING');
  if (run.waitingUntil === null || step === undefined || step.step === 'HUMAN_LOGIN') return null;
  const isOnPhone = waitsElsewhere(run);
  const until = `${toLocalIst(run.waitingUntil).slice(11, 16)} IST`;
  return {
    kind: 'HUMAN_NEEDED',
    accountId: run.accountId,
    title: `${run.accountId}: ${isOnPhone ? 'an approval on the phone' : 'a CAPTCHA'} waits for a person`,
    text: isOnPhone
      ? `The run waits until ${until} for the approval of ${step.apiName} in the broker’s app. Approve it there.`
      : `The run waits until ${until} for ${step.apiName}. Solve the CAPTCHA in the browser window of the program.`,
    // Each wait is told, also the second one for the same API.
    fact: `${factsOfRun(run)}waits ${at.toISOString()}`,
  };
};

/** The run ended without all of its tokens, and nothing goes on by itself. */
export const runStopped = (run: GenerationRun): AlertDraft => {
  const made = run.steps.filter(({ status }) => status === 'DONE').length;
  const failures = run.steps.flatMap(({ apiName, failure }) =>
    failure === null ? [] : [{ apiName, code: failure.code }],
  );
  const codes = [...new Set(failures.map(({ code }) => code))];
  return {
    kind: 'HUMAN_NEEDED',
    accountId: run.accountId,
    title: `${run.accountId}: the run stopped with ${made} of ${run.steps.length} tokens`,
    text: [
      ...failures.map(({ apiName, code }) => `${apiName}: ${code}.`),
      ...codes.map((code) => NEXT_ACTIONS[code]),
      ...(codes.length === 0 ? ['Look at the run, and generate what is missing.'] : []),
    ].join('\n'),
    fact: `${factsOfRun(run)}stopped`,
  };
};

export const accountQuarantined = (accountId: string, code: FailureCode, at: Date): AlertDraft => ({
  kind: 'QUARANTINED',
  accountId,
  title: `${accountId} is quarantined: the broker rejected its credentials`,
  text: `Nothing is tried until an operator ends the quarantine. ${NEXT_ACTIONS[code]}`,
  fact: `${accountId} ${at.toISOString()}`,
});

export const startMissed = (accountId: string, date: string, reason: string): AlertDraft => ({
  kind: 'MISSED',
  accountId,
  title: `${accountId}: the scheduled start of ${date} was missed`,
  text: `${reason} Generate what is missing, and look why the program could not start it.`,
  fact: `${accountId} ${date}`,
});

/** Facts of a database that cannot be written begin so. */
export const UNWRITABLE = 'unwritable ';

const MEMORY_TAKES_OVER = (code: string): string =>
  `SQLite answers ${code}. Memory and the spill file take over, so nothing is lost.`;
const SPILL_ALONE = (code: string): string =>
  `PostgreSQL answers ${code}, or not at all. What exists already goes to the spill file, so nothing is lost; nothing else begins.`;

export const databaseUnwritable = (code: string, fallback: StorageKind, at: Date): AlertDraft => ({
  kind: 'STORAGE',
  accountId: null,
  title: 'The database cannot be written',
  text: `${fallback === 'SPILL' ? SPILL_ALONE(code) : MEMORY_TAKES_OVER(code)} Run \`vega-auth doctor\`: it says what to do.`,
  fact: `${UNWRITABLE}${at.toISOString()}`,
  holdMs: STORAGE_HOLD_MS,
});

/** What a start has found: `what` is a sentence of the program. */
export const storageDamaged = (what: string, at: Date): AlertDraft => ({
  kind: 'STORAGE',
  accountId: null,
  title: 'The stored data is not whole',
  text: `${what} Run \`vega-auth doctor\` and look at the audit log.`,
  fact: `damaged ${at.toISOString()} ${what}`,
});

export const databaseRestored = (seconds: number): Recovery => ({
  title: 'The database can be written again',
  text: `It was out of order for ${seconds} s; everything that waited for it is stored.`,
});

export const tokensComplete = (accountId: string): Recovery => ({
  title: `${accountId} has its tokens`,
  text: 'What was reported before is over. Nothing is to be done.',
});

/** Confirmed: the tokens are there, or the operator has accepted that some are missing. */
export const gateOpened = (accountId: string): Recovery => ({
  title: `${accountId} is confirmed: the gate is open`,
  text: 'What was reported before is over. Nothing is to be done.',
});

/** A token that lives for a year is about to end; each of the days before is a fact of its own. */
export const yearlyTokenExpiring = (
  accountId: string,
  { kind, fingerprint, expiresAt }: { kind: string; fingerprint: string; expiresAt: Date },
  days: number,
): AlertDraft => ({
  kind: 'EXPIRING',
  accountId,
  title: `${accountId}: the ${kind} token ends within ${days === 1 ? 'a day' : `${days} days`}`,
  text: `It ends at ${toLocalIst(expiresAt).slice(0, 16).replace('T', ' ')} IST, and no login makes it anew. Make one at the broker and import it (importToken).`,
  fact: `${accountId} ${kind} ${fingerprint} ${days}`,
});

/** What is told once facts that were reported are over. */
export type Recovery = Pick<AlertDraft, 'title' | 'text'>;
