import { judgedMornings } from './mornings.ts';
import { brierOf, isRight, mean, tenthsOf } from './score.ts';

const MINUTES_BEFORE = [90, 60, 45, 30, 20, 10];
const [COUNT = 1000, SEED = 24] = process.argv.slice(2).map(Number);

const moments = [...judgedMornings(COUNT, SEED, MINUTES_BEFORE)].flat();
const all = moments.flatMap(({ accounts }) => accounts);
const claims = moments
  .filter(({ minutesBefore }) => minutesBefore === 30)
  .flatMap(({ accounts }) => accounts);
const verdicts = new Map<string, number>();
for (const { readiness } of claims)
  verdicts.set(readiness.verdict, (verdicts.get(readiness.verdict) ?? 0) + 1);
const judged = claims.flatMap((claim) => isRight(claim) ?? []);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(`${COUNT} mornings, seed ${SEED}, ${claims.length} accounts 30 min before the bell`);
print([...verdicts].map(([verdict, count]) => `${verdict} ${count}`).join(', '));
print(`verdict right: ${(100 * mean(judged.map(Number))).toFixed(2)} % of ${judged.length} that claim something`);
for (const verdict of ['READY', 'ON_TRACK', 'AT_RISK', 'TOO_LATE']) {
  const of = claims.filter(({ readiness }) => readiness.verdict === verdict);
  print(`  ${verdict.padEnd(9)} ${of.filter(({ isMade }) => isMade).length} of ${of.length} made it`);
}
print('');
print('said          forecasts   said  made it');
for (const { from, forecasts, said, made } of tenthsOf(all))
  print(
    `${from.toFixed(1)} – ${(from + 0.1).toFixed(1)} ${String(forecasts).padStart(12)} ${said.toFixed(3).padStart(6)}  ${made.toFixed(3)}  ${(100 * (made - said)).toFixed(1)}`,
  );
const forecast = all.flatMap(({ readiness, isMade }) =>
  readiness.probability === null || readiness.verdict === 'READY' ? [] : { said: readiness.probability, isMade },
);
const base = mean(forecast.map(({ isMade }) => Number(isMade)));
print('');
print(`Brier score ${brierOf(forecast).toFixed(4)}, always the base rate ${brierOf(forecast.map(({ isMade }) => ({ said: base, isMade }))).toFixed(4)}`);
const times = moments.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
print(`a forecast of the desk takes ${times[Math.floor(times.length / 2)]?.toFixed(1)} ms, ${times[Math.floor(times.length * 0.99)]?.toFixed(1)} ms in 99 of 100`);
