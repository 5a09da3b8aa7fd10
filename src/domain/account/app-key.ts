/** The value begins and ends with the same quote: `docker --env-file` and careless copying make it part of the value. */
export const isQuoted = (value: string): boolean => value.length > 1 && /^(["'`]).*\1$/s.test(value);

/** What an app's key and secret should be, in words. */
export const APP_KEY_SHAPE = '1 to 255 characters without blanks and without quotes around them';

export const isAppKey = (value: string): boolean => /^\S{1,255}$/.test(value) && !isQuoted(value);
