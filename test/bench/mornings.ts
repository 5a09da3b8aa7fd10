import { forecastDesk } from '../../src/domain/readiness/forecast.ts';
import { seededRandom } from '../../src/domain/readiness/random-source.ts';
import { factsOf, inMinutes, NOW } from '../readiness/account-facts.ts';
import { CLOSE, judgedMornings, USUAL } from './mornings/mornings.ts';
import { brierOf, isRight, mean, tenthsOf } from './mornings/score.ts';
import { atLeast, atMost, tell } from './ratios.ts';

/** How good the forecasts are, against mornings of a broker that they do not know. No wall clock: the same figures each time. */
const [COUNT = 1000, SEED = 24] = process.argv.slice(2).map(Number);
const CLOSE_COUNT = 10 * COUNT;

const moments = [...judgedMornings({ ...USUAL, count: COUNT, seed: SEED })].flat();
const half = moments.filter(({ minutesBefore }) => minutesBefore === 30).flatMap(({ accounts }) => accounts);
const judged = half.flatMap((one) => isRight(one) ?? []);

const verdicts = ['READY', 'ON_TRACK', 'AT_RISK', 'TOO_LATE'].map((verdict) => {
  const of = half.filter(({ readiness }) => readiness.verdict === verdict);
  return `  ${verdict.padEnd(9)} ${String(of.length).padStart(5)}, of which made it ${of.filter(({ isMade }) => isMade).length}`;
});

const said = moments
  .flatMap(({ accounts }) => accounts)
  .flatMap(({ readiness: { probability, verdict }, isMade }) =>
    probability === null || verdict === 'READY' ? [] : { said: probability, isMade },
  );
const base = mean(said.map(({ isMade }) => Number(isMade)));
const brier = brierOf(said);
const brierOfBase = brierOf(said.map(({ isMade }) => ({ said: base, isMade })));

const close = [...judgedMornings({ ...CLOSE, count: CLOSE_COUNT, seed: SEED })].flat();
const tenths = tenthsOf(close.flatMap(({ accounts }) => accounts));
const table = tenths.map(
  (tenth) =>
    `  ${tenth.from.toFixed(1)} – ${(tenth.from + 0.1).toFixed(1)} ${String(tenth.forecasts).padStart(8)} ${tenth.said.toFixed(3)}  ${tenth.made.toFixed(3)}`,
);
/** The fastest of five: what the forecast itself takes. */
const forecastMs = (accounts: number): number => {
  const desk = Array.from({ length: accounts }, (_nothing, index) =>
    factsOf({ accountId: `UPSTOX_${index}`, bell: inMinutes(24 * 60) }),
  );
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const begun = performance.now();
      forecastDesk(desk, NOW, seededRandom(1));
      return performance.now() - begun;
    }),
  );
};

const times = moments.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);

tell(
  [
    `${COUNT} mornings, seed ${SEED}; ${half.length} accounts 30 min before the bell, ${judged.length} verdicts that claim something`,
    ...verdicts,
    '',
    `  said     forecasts  mean   made it   (${CLOSE_COUNT} close mornings)`,
    ...table,
    '',
    `  Brier score ${brier.toFixed(4)}, always the base rate ${brierOfBase.toFixed(4)}`,
    `  a forecast of 1 to 6 accounts takes ${times[Math.floor(times.length / 2)]?.toFixed(1)} ms in the median`,
  ],
  [
    atLeast('verdicts 30 min before the bell that are right, %', 100 * mean(judged.map(Number)), 99),
    atMost(
      'a tenth of probability is off by, points',
      Math.max(...tenths.map((t) => 100 * Math.abs(t.said - t.made))),
      5,
    ),
    atMost('a forecast of one account, ms', forecastMs(1), 5),
    atMost('a forecast of a hundred accounts, ms', forecastMs(100), 50),
    atMost('Brier score, as a share of the base rate’s', brier / brierOfBase, 0.5),
  ],
);
