import { notKnown, type ProbeAnswer } from '../../domain/capability/capability.ts';
import { type BrokerAnswer, brokerCodeIn, brokerCodesIn } from '../api/broker-answer.ts';

/**
 * Codes that come with a refusal and say nothing of the token: services outside their hours, and the address of this
 * machine. Source: Upstox developer documentation, "Error Codes".
 */
const SAY_NOTHING: readonly string[] = ['UDAPI100072', 'UDAPI100074', 'UDAPI1154'];

/** Refused by the broker itself: in its own envelope, with a code. */
const isRefused = (answer: BrokerAnswer): boolean => {
  const codes = brokerCodesIn(answer);
  const isRefusal = answer.status === 401 || answer.status === 403;
  return (
    isRefusal && !answer.isFromEdge && codes.length > 0 && !codes.some((code) => SAY_NOTHING.includes(code))
  );
};

/** What an answer without the expected content tells of the token. */
export const judgeRefusal = (answer: BrokerAnswer): ProbeAnswer => {
  const { status: httpStatus } = answer;
  const brokerCode = brokerCodeIn(answer);
  if (isRefused(answer)) return { result: 'NOT_CAPABLE', reason: 'REFUSED', httpStatus, brokerCode };
  const reason = httpStatus === 429 ? 'RATE_LIMITED' : httpStatus === 200 ? 'NOT_UNDERSTOOD' : 'BROKER_ERROR';
  return notKnown(reason, { httpStatus, brokerCode });
};

/** What no answer at all tells: nothing. */
export const judgeError = (error: unknown): ProbeAnswer =>
  notKnown(error instanceof Error && error.name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK');
