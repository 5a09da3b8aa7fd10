const formatter = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hourCycle: 'h23', ...options });

const MINUTE = { hour: '2-digit', minute: '2-digit' } as const;
const SECOND = { ...MINUTE, second: '2-digit' } as const;
const clock = formatter(SECOND);
const dayAndMinute = formatter({ weekday: 'short', ...MINUTE });
const whole = formatter({ weekday: 'short', day: '2-digit', month: 'short', ...SECOND });

/** 08:55:12, as on the wall in Mumbai. */
export const timeInIndia = (instant: string | number): string => clock.format(new Date(instant));

/** Tue 03:30 */
export const dayInIndia = (instant: string): string =>
  dayAndMinute.format(new Date(instant)).replace(',', '');

/** Tue 24 Nov 08:55:12 IST */
export const momentInIndia = (instant: string): string =>
  `${whole.format(new Date(instant)).replaceAll(',', '')} IST`;

/** 03:25:12, in UTC as the audit is kept. */
export const timeInUtc = (instant: string): string => instant.slice(11, 19);

const IST_AHEAD_MS = 5.5 * 3_600_000;

/** 11-24 08:55:12, in India. */
export const auditTimeInIndia = (instant: string): string =>
  new Date(Date.parse(instant) + IST_AHEAD_MS).toISOString().slice(5, 19).replace('T', ' ');

const two = (value: number): string => String(value).padStart(2, '0');

/** 10:58, or 1:02:03 from an hour on. */
export const countdown = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
};

/** 22h 10m, and to the second in the last hour. */
export const remaining = (seconds: number): string =>
  seconds >= 3600
    ? `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`
    : `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
