import { noteHeldVerdict } from '../../db/queries/roles.ts';
import {
  forgetConfirmation,
  noteConfirmation,
  removeTokenMark,
  storeTokenMark,
} from '../../db/queries/token-marks.ts';
import { deactivateToken } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Role } from '../../domain/role/role.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import { markFor, type TokenCheck, type Verdict } from '../../domain/token/verdict.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';

interface Needs extends AuditedWrites {
  readonly log: Logger;
}

interface Found {
  /** What was known before. */
  readonly from: Verdict;
  readonly check: TokenCheck;
  /** Null where the broker was not asked. */
  readonly askedAt: Date | null;
}

/** Marks what is found dead, and writes down what has become of it. */
export const noteVerdict = async (
  needs: Needs,
  account: Account,
  { role, token }: { readonly role: Role; readonly token: StoredToken | undefined },
  { from, check, askedAt }: Found,
): Promise<void> => {
  if (token === undefined) return;
  const held = role.source?.kind === 'HELD' ? role.source.held : null;
  const { verdict: to, reason, brokerCode } = check;
  const { apiName } = held === null ? token : check;
  const isFoundDead = held === null && token.isActive && (to === 'EXPIRED' || to === 'INVALID');
  const hasChanged = from !== to || isFoundDead;
  const isHeldAsked = held !== null && askedAt !== null;
  const { database, audit, log } = needs;
  const isShared = database.looks !== null && held === null && to === 'VALID' && isDue(token, askedAt);
  if (!hasChanged && !isHeldAsked && !isShared) return;
  try {
    await database.write(async (transaction) => {
      if (isHeldAsked) {
        const place = { kind: held, fingerprint: token.fingerprint };
        if (!(await noteHeldVerdict(transaction, account.number, place, heldVerdictOf(check, askedAt))))
          return;
      }
      if (isFoundDead) await markDead(needs, transaction, token, check);
      if (held === null && to === 'VALID' && askedAt !== null)
        await confirm(needs, transaction, token, askedAt);
      if (!hasChanged) return;
      const code = brokerCode === undefined ? {} : { brokerCode };
      const facts = { from: from === to ? 'VALID' : from, to, reason, ...code } as const;
      await audit.note(transaction, 'VERDICT_CHANGED', facts, { accountId: account.id, apiName });
    });
    if (isFoundDead) log.warn({ api: apiName, verdict: to, reason }, 'token marked inactive');
  } catch (error) {
    // The verdict stands whether or not the table can be written; the next check marks it again.
    log.error({ err: error, api: apiName }, 'a verdict could not be written down');
  }
};

/** Other machines are told of a confirmation, though not of each. */
const SHARED_EVERY_MS = 60_000;

const isDue = ({ confirmedAt }: StoredToken, askedAt: Date | null): boolean =>
  askedAt !== null && (confirmedAt == null || askedAt.getTime() - confirmedAt.getTime() >= SHARED_EVERY_MS);

const confirm = async (
  { database }: Needs,
  transaction: Queryable,
  token: StoredToken,
  askedAt: Date,
): Promise<void> => {
  await removeTokenMark(transaction, token, askedAt);
  if (database.looks !== null) await noteConfirmation(transaction, token, askedAt);
};

/** The reason is kept with the mark: the table itself only says that the token is inactive. */
const markDead = async (
  { database, clock }: Needs,
  transaction: Queryable,
  token: StoredToken,
  check: TokenCheck,
): Promise<void> => {
  const now = clock();
  const mark = markFor(check);
  const isMarked = await deactivateToken(transaction, token, database, now);
  await forgetConfirmation(transaction, token);
  if (isMarked && mark !== null) await storeTokenMark(transaction, token, mark, now);
};

const heldVerdictOf = ({ verdict, httpStatus }: TokenCheck, askedAt: Date) => ({
  verdict: verdict === 'VALID' || verdict === 'INVALID' ? verdict : ('UNKNOWN' as const),
  httpStatus,
  askedAt,
});
