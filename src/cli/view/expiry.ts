import type { TokenExpiryQuery } from '../../sdk/index.ts';
import { type Look, line, type Tone } from './look.ts';
import { inIst, span } from './times.ts';

type Expiry = TokenExpiryQuery['tokenExpiry'][number];

const TONES: Readonly<Record<Expiry['level'], Tone>> = {
  GREEN: 'good',
  AMBER: 'warn',
  RED: 'bad',
  EXPIRED: 'bad',
};

const DAY_SECONDS = 86_400;
const [WIDEST, BESIDE] = [40, 60];

/** A bar for each token: how much of a day it has left. */
export const renderExpiry = (expiry: readonly Expiry[], look: Look): readonly string[] => {
  if (expiry.length === 0) return ['No token has an end that is known.'];
  const width = Math.max(0, Math.min(WIDEST, look.width - BESIDE));
  return expiry.map(({ apiName, expiresAt, remainingSeconds, level }) => {
    const share = Math.min(1, remainingSeconds / DAY_SECONDS);
    const filled = remainingSeconds === 0 ? 0 : Math.max(1, Math.round(share * width));
    const tone = TONES[level];
    const bar =
      width < 8
        ? []
        : [
            { text: '█'.repeat(filled), tone },
            { text: '░'.repeat(width - filled), tone: 'calm' as const },
            '  ',
          ];
    return line(
      [
        apiName.padEnd(14),
        ...bar,
        { text: level.padEnd(9), tone },
        (level === 'EXPIRED' ? '-' : span(remainingSeconds)).padEnd(11),
        { text: `${inIst(expiresAt)} IST`, tone: 'calm' },
      ],
      look,
    );
  });
};
