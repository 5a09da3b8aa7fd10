/** The broker's zone, and the zone of `validity_at` unless VEGA_DB_ZONE says otherwise. */
export const IST = 'Asia/Kolkata';

const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(zone, made);
  return made;
};

/** Of the usual one that is known; to try another one takes longer than everything else at a start. */
export const isZone = (zone: string): boolean => {
  if (zone === IST) return true;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
};

/** `yyyy-MM-dd HH:mm:ss` of an instant, as a clock on the wall in `zone` shows it. */
export const toWallTime = (instant: Date, zone: string): string => {
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return `${year?.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`;
};

/** `yyyy-MM-ddTHH:mm:ss` in India without a zone, as Java's `LocalDateTime` reads it. */
export const toLocalIst = (instant: Date): string => toWallTime(instant, IST).replace(' ', 'T');

/**
 * The instant at which a clock on the wall in `zone` shows `text` (`yyyy-MM-dd HH:mm[:ss[.SSS]]`, also with a T).
 * Null when the text is not such a time. Of a time that the clocks show twice, the earlier instant is taken, so
 * that a token never looks valid for longer than it is; a time that the clocks skip is read with the offset from
 * before the jump.
 */
export const fromWallTime = (text: string, zone: string): Date | null => {
  const match = WALL_TIME.exec(text.trim());
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const normalised = new Date(asUtc).toISOString().slice(0, 19).replace('T', ' ');
  if (normalised !== `${match[1]}-${match[2]}-${match[3]} ${match[4]}:${match[5]}:${match[6] ?? '00'}`)
    return null;
  const dayMs = 86_400_000;
  const candidates = [asUtc - dayMs, asUtc + dayMs]
    .map((near) => asUtc - offsetAt(new Date(near), zone))
    .sort((a, b) => a - b);
  const exact = candidates.find((instant) => toWallTime(new Date(instant), zone) === normalised);
  return new Date(exact ?? asUtc - offsetAt(new Date(asUtc - dayMs), zone));
};

const WITH_ZONE = /^(.+?)\s*(?:(Z)|([+-])(\d{2}):?(\d{2})?)?(?:\s+[A-Z]{3,5})?(?:\[([\w/+-]+)\])?$/i;
/** A number means an instant only if it lies between these years: `20260722033000` is a date without marks. */
const [EARLIEST, LATEST] = [Date.UTC(2015, 0), Date.UTC(2100, 0)];

const fromEpoch = (number: number): Date | null => {
  const instant = [number, number * 1000].find((at) => at >= EARLIEST && at < LATEST);
  return instant === undefined ? null : new Date(Math.trunc(instant));
};

/**
 * The instant that a text means: a wall time in `zone`, a time with an offset (`Z`, `+05:30`, `+0530`) or a named zone
 * (`[Asia/Kolkata]`), or milliseconds or seconds since 1970. Null when it is none of these: nothing is guessed.
 */
export const fromText = (text: string, zone: string): Date | null => {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return fromEpoch(Number(trimmed));
  const [, wall = '', utc, sign, hours, minutes = '0', named] = WITH_ZONE.exec(trimmed) ?? [];
  if (utc === undefined && sign === undefined)
    return named === undefined
      ? fromWallTime(trimmed, zone)
      : isZone(named)
        ? fromWallTime(wall, named)
        : null;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const local = fromWallTime(wall, 'UTC');
  if (local === null || Math.abs(offset) > 18 * 60 || Number(minutes) > 59) return null;
  return new Date(local.getTime() - offset * 60_000);
};

const offsetAt = (instant: Date, zone: string): number => {
  const wall = Date.parse(`${toWallTime(instant, zone).replace(' ', 'T')}Z`);
  return wall - Math.floor(instant.getTime() / 1000) * 1000;
};
