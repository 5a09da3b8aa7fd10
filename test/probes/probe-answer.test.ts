import { expect, test } from 'vitest';
import { toAnswer } from '../../src/broker/api/broker-answer.ts';
import { judgeRefusal } from '../../src/broker/probes/probe-answer.ts';

const judge = (code: string, contentType = 'application/json') => {
  const body = JSON.stringify({ status: 'error', errors: [{ error_code: code }] });
  return judgeRefusal(toAnswer(403, contentType, body));
};

test.each(['UDAPI100072', 'UDAPI100074', 'UDAPI1154'])('a 403 with %s says nothing of the token', (code) => {
  expect(judge(code)).toEqual({
    ...{ result: 'NOT_KNOWN', reason: 'BROKER_ERROR' },
    ...{ httpStatus: 403, brokerCode: code },
  });
});

test('a 403 with another code is a refusal, unless it comes from the edge', () => {
  expect(judge('UDAPI100067')).toMatchObject({ result: 'NOT_CAPABLE', reason: 'REFUSED' });
  expect(judge('UDAPI100067', 'text/html')).toMatchObject({ result: 'NOT_KNOWN' });
});
