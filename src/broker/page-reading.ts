import type { Page } from 'playwright-core';

/** The three steps that take an input, by the broker's own ids; stable in every source from 2023 to October 2026. */
export const FIELDS = {
  MOBILE: { input: '#mobileNum', button: '#getOtp' },
  OTP: { input: '#otpNum', button: '#continueBtn' },
  PIN: { input: '#pinCode', button: '#pinContinueBtn' },
} as const;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

export const CAPTCHA_HOST = 'challenges.cloudflare.com';
export const CONSENT_TEXT = /^\s*(allow|authori[sz]e|approve|grant)\b/i;

interface FieldReading {
  readonly enabled: boolean;
  readonly buttonEnabled: boolean;
}

/** What a person in front of the page could see at one moment. */
export interface PageReading {
  readonly fields: Readonly<Partial<Record<FieldName, FieldReading>>>;
  readonly captchaFrame: boolean;
  readonly consentButton: boolean;
  /** The visible text, with input values left out. */
  readonly text: string;
}

/** Reads the page, or null while it is between two documents. */
export const readPage = async (page: Page): Promise<PageReading | null> => {
  try {
    const reading = await page.evaluate(look, {
      fields: Object.entries(FIELDS),
      consent: CONSENT_TEXT.source,
      captcha: `.cf-turnstile, iframe[src*="${CAPTCHA_HOST}"]`,
    });
    const captchaFrame = reading.captcha || page.frames().some((frame) => frame.url().includes(CAPTCHA_HOST));
    const fields: PageReading['fields'] = Object.fromEntries(reading.fields);
    return { fields, captchaFrame, consentButton: reading.consent, text: reading.text };
  } catch (error) {
    if (page.isClosed()) throw error;
    return null;
  }
};

/**
 * Runs in the page. Its callbacks have no names, because a transpiler that keeps names would call a helper that the
 * page does not have.
 */
const look = (marks: {
  fields: [string, { input: string; button: string }][];
  consent: string;
  captcha: string;
}) => ({
  fields: marks.fields.flatMap(([name, { input, button }]): [string, FieldReading][] => {
    const field = document.querySelector<HTMLInputElement>(input);
    if (field === null || !field.checkVisibility({ visibilityProperty: true })) return [];
    const submit = document.querySelector<HTMLButtonElement>(button);
    const buttonEnabled = submit?.matches(':not(:disabled, [aria-disabled="true"])') ?? false;
    return [[name, { enabled: !field.disabled && !field.readOnly, buttonEnabled }]];
  }),
  consent: [...document.querySelectorAll<HTMLElement>('button, a, input[type=submit], [role=button]')].some(
    (element) =>
      new RegExp(marks.consent, 'i').test(element.innerText || element.getAttribute('value') || '') &&
      element.checkVisibility({ visibilityProperty: true }),
  ),
  captcha: [...document.querySelectorAll(marks.captcha)].some((element) => element.checkVisibility()),
  text: (document.body?.innerText ?? '').slice(0, 20_000),
});
