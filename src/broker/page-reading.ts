import type { Frame, Page } from 'playwright-core';

/** The three steps that take an input, by the broker's own ids; stable in every source from 2023 to October 2026. */
export const FIELDS = {
  MOBILE: { input: '#mobileNum', button: '#getOtp' },
  OTP: { input: '#otpNum', button: '#continueBtn' },
  PIN: { input: '#pinCode', button: '#pinContinueBtn' },
} as const;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

/** Where the frames of CAPTCHAs come from: Turnstile, hCaptcha, reCAPTCHA. */
const CAPTCHA_ADDRESSES = [
  '://challenges.cloudflare.com/',
  'hcaptcha.com/',
  '.google.com/recaptcha/',
  '.recaptcha.net/recaptcha/',
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
].join(', ');

export const BUTTONS = 'button, a, input[type=submit], [role=button]';

interface FieldReading {
  readonly enabled: boolean;
  /** Nothing stands in it. */
  readonly isEmpty: boolean;
  readonly hasButton: boolean;
  readonly buttonEnabled: boolean;
  /** Where a click meets the enabled button and nothing that covers it; null when that is nowhere on the screen. */
  readonly buttonAt: { readonly x: number; readonly y: number } | null;
}

/** A visible button. */
export interface ButtonReading {
  readonly label: string;
  /** Where a click meets it and nothing that covers it; null when that is nowhere on the screen. */
  readonly at: { readonly x: number; readonly y: number } | null;
}

/** What a person in front of the page could see at one moment. */
export interface PageReading {
  readonly fields: Readonly<Partial<Record<FieldName, FieldReading>>>;
  readonly captcha: boolean;
  /** The visible buttons, those of cookie and notification banners left out. */
  readonly buttons: readonly ButtonReading[];
  /** The visible text, with input values left out; of a very long page its beginning and its end. */
  readonly text: string;
}

/** Reads the page, or null while it is between two documents. `captchaFrames` are those that were loaded from a CAPTCHA's host. */
export const readPage = async (page: Page, captchaFrames: Iterable<Frame>): Promise<PageReading | null> => {
  try {
    const reading = await page.evaluate(look, {
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

/**
 * Runs in the page. None of its functions has a name, because a transpiler that keeps names would call a helper that the
 * page does not have. Open shadow roots are read like the document. Visible is what has a box inside the page that no
 * collapsed or transparent parent hides.
 */
const look = (marks: {
  fields: [string, { input: string; button: string }][];
  buttons: string;
  captcha: string;
}) => {
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot !== null) roots.push(element.shadowRoot);
  }
  const wanted = [
    ...marks.fields.flatMap(([, { input, button }]) => [input, button]),
    marks.buttons,
    marks.captcha,
  ];
  const visible = new Set<Element>();
  for (const root of roots) {
    for (const element of root.querySelectorAll<HTMLElement>(wanted.join(', '))) {
      const { width, height, right, bottom, left } = element.getBoundingClientRect();
      const isInside = right > 0 && bottom + scrollY > 0 && left < document.documentElement.scrollWidth;
      if (width === 0 || height === 0 || !isInside) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      let isClipped = false;
      for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
        const box = parent.getBoundingClientRect();
        const isCollapsed = box.width === 0 || box.height === 0;
        if (isCollapsed && getComputedStyle(parent).overflow !== 'visible') isClipped = true;
      }
      if (!isClipped) visible.add(element);
    }
  }
  const seen = [...visible];
  const places = seen.map((element) => {
    const box = element.getBoundingClientRect();
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    return element.contains(document.elementFromPoint(middle.x, middle.y)) ? middle : null;
  });
  const texts = roots.map((root) =>
    root instanceof Document
      ? (root.body?.innerText ?? '')
      : [...root.children].map((child) => (child instanceof HTMLElement ? child.innerText : '')).join('\n'),
  );
  const text = texts.join('\n');
  return {
    fields: marks.fields.flatMap(([name, { input, button }]): [string, FieldReading][] => {
      const field = seen.find((element) => element.matches(input));
      if (!(field instanceof HTMLInputElement)) return [];
      const submit = seen.find((element) => element.matches(button));
      const buttonEnabled = submit?.matches(':not(:disabled, [aria-disabled="true"])') ?? false;
      const buttonAt = submit !== undefined && buttonEnabled ? (places[seen.indexOf(submit)] ?? null) : null;
      const isEmpty = field.value === '';
      const hasButton = submit !== undefined;
      return [[name, { enabled: !field.disabled, isEmpty, hasButton, buttonEnabled, buttonAt }]];
    }),
    captcha: seen.some((element) => element.matches(marks.captcha)),
    buttons: seen.flatMap((element, index) => {
      const banner = '[id*=cookie i], [class*=cookie i], [id*=notification i], [class*=notification i]';
      if (!element.matches(marks.buttons) || element.closest(banner) !== null) return [];
      const label = element instanceof HTMLInputElement ? element.value : (element as HTMLElement).innerText;
      return [{ label: label.trim(), at: places[index] ?? null }];
    }),
    text: text.length > 20_000 ? `${text.slice(0, 10_000)}\n${text.slice(-10_000)}` : text,
  };
};
