import { AuditLogDocument } from '../../sdk/index.ts';
import { useAnswer } from '../state/use-answer.ts';
import type { Act } from './chart.ts';

/** The audit entries of a run, the oldest first. */
export const useActs = (correlationId: string): readonly Act[] => {
  const { data } = useAnswer(AuditLogDocument, { first: 500, correlationId });
  return data?.auditLog.nodes.toReversed() ?? [];
};
