import type { Frame, Page } from 'playwright';
import type { ButtonReading, DialogReading, FieldReading } from './page-parts.ts';
import { readInPage } from './read-in-page.ts';

/** The three steps that take an input, by the broker's own ids; stable in every source from 2023 to October 2026. */
export const FIELDS = {
  MOBILE: { input: '#mobileNum', button: '#getOtp' },
  OTP: { input: '#otpNum', button: '#continueBtn' },
  PIN: { input: '#pinCode', button: '#pinContinueBtn' },
} as const;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

/** Where the frames of CAPTCHAs come from: Turnstile, hCaptcha, reCAPTCHA, Arkose, DataDome, GeeTest, AWS, Friendly Captcha. */
const CAPTCHA_ADDRESSES = [
  '://challenges.cloudflare.com/',
  'hcaptcha.com/',
  '.google.com/recaptcha/',
  '.recaptcha.net/recaptcha/',
  'arkoselabs.com/',
  'funcaptcha.com/',
  'captcha-delivery.com/',
  'geetest.com/',
  'awswaf.com/',
  'friendlycaptcha.',
] as const;

export const isCaptchaAddress = (address: string): boolean => {
  const { origin, pathname } = new URL(address);
  return CAPTCHA_ADDRESSES.some((part) => `${origin}${pathname}`.includes(part));
};

/** reCAPTCHA's badge in a corner of the page asks nothing of anybody. */
const BADGE = '.grecaptcha-badge';
const CAPTCHA_ELEMENTS = [
  '.cf-turnstile',
  '.g-recaptcha:not(button, input, [data-size=invisible])',
  '.h-captcha:not(button, input, [data-size=invisible])',
  ...CAPTCHA_ADDRESSES.map((part) => `iframe[src*="${part}"]:not(${BADGE} *)`),
  'input:is([name*=captcha i], [id*=captcha i])',
  'img:is([src*=captcha i], [alt*=captcha i], [id*=captcha i]):not([src*=recaptcha i], [alt*=recaptcha i])',
  'canvas[id*=captcha i]',
  'iframe:is([id*=captcha i], [title*=captcha i], [title*="verify you" i]):not([src*=recaptcha i], [title*=recaptcha i], .h-captcha *)',
  // Widgets of other makers: a part of the page that is named after it, or stands in an element of their own.
  ':is(div, section, form, canvas):is([id*=captcha i], [class*=captcha i]):not([id*=recaptcha i], [class*=recaptcha i], .h-captcha, [data-size=invisible], [data-size=invisible] *)',
  'awswaf-captcha, altcha-widget, cap-widget, .frc-captcha, [class^=geetest_], [class*=" geetest_"], #px-captcha',
  ':is([class*=slide-verif i], [class*=slider-verif i], [class*=verify-slide i], [id*=slide-verif i])',
].join(', ');

const BUTTONS = 'button, a, input[type=submit], input[type=button], [role=button]';

/** What a person in front of the page could see at one moment. */
export interface PageReading {
  readonly fields: Readonly<Partial<Record<FieldName, FieldReading>>>;
  /** The captions of inputs for text that are none of the login's own. */
  readonly otherInputs: readonly string[];
  readonly checkboxes: readonly string[];
  /** Boxes and choices that are ticked. */
  readonly ticked: readonly { readonly text: string; readonly isRadio: boolean }[];
  readonly captcha: boolean;
  readonly headings: readonly string[];
  readonly buttons: readonly ButtonReading[];
  /** The texts of toasts and other notices. */
  readonly alerts: readonly string[];
  /** What lies over the fields of the page; where it has none, an open dialog. */
  readonly dialog: DialogReading | null;
  /** Something turns while one waits. */
  readonly isBusy: boolean;
  /** The visible text, with input values left out; of a very long page its beginning and its end. */
  readonly text: string;
  /** The visible text of the frames that can be read. */
  readonly frames: string;
}

/** Reads the page, or null while it is between two documents. `captchaFrames` are those that were loaded from a CAPTCHA's host. */
export const readPage = async (page: Page, captchaFrames: Iterable<Frame>): Promise<PageReading | null> => {
  try {
    const reading = await page.evaluate(readInPage, {
      fields: Object.entries(FIELDS),
      buttons: BUTTONS,
      captcha: CAPTCHA_ELEMENTS,
    });
    const captcha = reading.captcha || (await anyVisible(captchaFrames));
    return { ...reading, captcha, fields: Object.fromEntries(reading.fields) };
  } catch (error) {
    if (page.isClosed()) throw error;
    return null;
  }
};

const anyVisible = async (frames: Iterable<Frame>): Promise<boolean> => {
  for (const frame of frames) {
    if (frame.isDetached()) continue;
    if (await isShown(frame).catch(() => false)) return true;
  }
  return false;
};

const isShown = async (frame: Frame): Promise<boolean> => {
  const element = await frame.frameElement();
  if (await element.evaluate((own, badge) => own instanceof Element && own.closest(badge) !== null, BADGE))
    return false;
  const box = (await element.isVisible()) ? await element.boundingBox() : null;
  return box !== null && box.y + box.height > 0 && box.x + box.width > 0;
};
