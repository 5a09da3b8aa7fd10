import { expect, test } from 'vitest';
import { judgedMornings, USUAL } from '../bench/mornings/mornings.ts';
import { brierOf, isRight, mean } from '../bench/mornings/score.ts';

test('verdicts 30 min before the bell are right on mornings that the forecast does not know', () => {
  const moments = [...judgedMornings({ ...USUAL, count: 200, seed: 7, minutesBefore: [30] })].flat();
  const accounts = moments.flatMap((moment) => moment.accounts);
  const judged = accounts.flatMap((one) => isRight(one) ?? []);
  expect(judged.length).toBeGreaterThan(300);
  expect(mean(judged.map(Number))).toBeGreaterThan(0.98);
  const said = accounts.flatMap(({ readiness: { probability }, isMade }) =>
    probability === null ? [] : { said: probability, isMade },
  );
  const base = mean(said.map(({ isMade }) => Number(isMade)));
  expect(brierOf(said)).toBeLessThan(0.6 * brierOf(said.map(({ isMade }) => ({ said: base, isMade }))));
});
