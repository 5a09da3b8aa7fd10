import type { ReadinessQuery } from '../../sdk/index.ts';
import { READINESS_WORDS } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, line, type Piece, wrap } from './look.ts';
import { istClock } from './times.ts';

export type Forecast = ReadinessQuery['readiness'];

/** `ON TRACK for 09:00 IST, done about 06:19`. */
export const readinessPiece = (
  forecast: Pick<Forecast, 'verdict' | 'bell' | 'eta' | 'probability'>,
): Piece => {
  const { verdict, bell, eta, probability } = forecast;
  const { glyph, word, tone } = READINESS_WORDS[verdict];
  const when = bell === null ? '' : ` for ${istClock(bell)} IST`;
  const done = eta === null ? '' : `, done about ${istClock(eta)}`;
  const chance = verdict === 'READY' || probability === null ? '' : `, ${percent(probability)} likely`;
  return { text: `${glyph} ${word}${when}${done}${chance}`, tone };
};

/** The verdict, its times, and what to do about each reason. */
export const renderReadiness = (forecast: Forecast, look: Look): readonly string[] => {
  const { accountId, bell, eta, etaWorst, latestSafeStart, confidence, missing, reasons } = forecast;
  const row = (title: string, instant: string | null) =>
    instant === null ? [] : [line([`${title.padEnd(18)}: `, `${istClock(instant)} IST`], look)];
  return [
    line([{ text: accountId, tone: 'strong' }, '  ', readinessPiece(forecast)], look),
    ...row('Bell', bell),
    ...row('Done, about', eta),
    ...row('Done, 95 of 100', etaWorst),
    ...row('Latest safe start', latestSafeStart),
    ...(missing.length === 0 ? [] : [line([`${'Missing'.padEnd(18)}: ${missing.join(', ')}`], look)]),
    ...(missing.length === 0 ? [] : [line([`${'Confidence'.padEnd(18)}: ${confidence}`], look)]),
    ...reasons.flatMap(({ message, nextAction }) => [
      '',
      ...wrap(message, look),
      ...wrap(`Next: ${inCommands(nextAction)}`, look),
    ]),
  ];
};

/** 100 % is never said of what has not come yet. */
const percent = (probability: number): string => `${Math.min(99, Math.round(probability * 100))} %`;
