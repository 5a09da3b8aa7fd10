import { homedir, hostname, userInfo } from 'node:os';

const MASK = '[hidden]';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{5,}(?:\.[\w-]+){0,2}/g, MASK],
  [/\bBearer\s+\S+/gi, `Bearer ${MASK}`],
  [/\bvega_\w+_[\w-]{16,}/g, MASK],
  [/(\w+:\/\/)[^\s/@]+@/g, `$1${MASK}@`],
  [/([?&](?:code|state|link|secret|token|key)=)[^&\s"']+/gi, `$1${MASK}`],
  [/[^\s@"'<>]+@[^\s@"'<>]+\.\w+/g, MASK],
  // Mobile numbers, also with +91 and blanks.
  [/(?<![\w.:-])(?:\+?91[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?![\w])/g, MASK],
];

/** The net below the list of allowed fields: takes out of every text what looks like a secret, and every known one. */
export const scrubber = (hidden: readonly string[]): ((value: unknown) => unknown) => {
  const places = [homedir(), hostname(), safeUserName()].filter((text) => text.length > 3);
  const scrubText = (text: string): string => {
    const known = hidden.reduce((cleaned, secret) => cleaned.replaceAll(secret, MASK), text);
    const named = places.reduce((cleaned, place) => cleaned.replaceAll(place, '~'), known);
    return PATTERNS.reduce((cleaned, [pattern, mask]) => cleaned.replace(pattern, mask), named);
  };
  const scrub = (value: unknown): unknown => {
    if (typeof value === 'string') return scrubText(value);
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [scrubText(name), scrub(inner)]));
  };
  return scrub;
};

const safeUserName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
};
