const IST_OFFSET_MS = 5.5 * 3_600_000;

/** An instant as India's clocks show it, such as `2026-11-24 03:30:00`. */
export const inIst = (instant: string | Date): string =>
  new Date(new Date(instant).getTime() + IST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');

/** `03:30:00 IST`, for a line that stands alone. */
export const istTime = (instant: string | Date): string => `${inIst(instant).slice(11)} IST`;

/** Only hours and minutes. */
export const istClock = (instant: string | Date): string => inIst(instant).slice(11, 16);

/** Seconds as `4:05` or `1:02:03`. */
export const countdown = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${String(whole % 60).padStart(2, '0')}`;
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, '0')}:${tail}`;
};

/** Seconds in words, as long as they matter: `14 h 05 m`, `9 m`, `45 s`. */
export const span = (seconds: number): string => {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
};
