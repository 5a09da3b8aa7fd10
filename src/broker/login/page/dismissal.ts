import type { ButtonReading } from './page-parts.ts';
import type { PageReading } from './page-reading.ts';

/**
 * The only buttons that are pressed besides those of the login's own steps: each turns down an offer and changes nothing.
 * `about`: the offer has to speak of this.
 */
const DISMISSALS: readonly { readonly about: RegExp | null; readonly labels: readonly string[] }[] = [
  {
    about: null,
    labels: [
      'not now',
      'maybe later',
      'later',
      'remind me later',
      'ask me later',
      'no thanks',
      'no thank you',
      'skip',
      'skip for now',
    ],
  },
  {
    about: /\b(?:app|download|install|play store|app store)\b/i,
    labels: ['close', 'dismiss', '×', '✕', '✖', 'x', 'continue in browser', 'continue on web', 'stay on web'],
  },
  {
    about: /\bcookies?\b/i,
    labels: [
      'reject',
      'reject all',
      'decline',
      'only necessary',
      'necessary only',
      'close',
      'dismiss',
      '×',
      '✕',
    ],
  },
];

/** Of these one does not know what turning them down does. */
const SERIOUS =
  /\b(?:ddpi|mandates?|margin|mtf|pledg\w*|nomin(?:ee|at)\w*|brokerage|terms|agreement|consent\w*|agree|authori[sz]\w*|approv\w*|grant\w*|e-?sign\w*|signature|poa|power of attorney|dormant|inactive|re-?activat\w*|kyc|sessions?|devices?|log(?:ged)? out|sign(?:ed)? out|m?pin|t?otp|password|expir\w*|declar\w*|undertak\w*|access to your|charges?|fees?|subscri\w*|upgrade|transfer\w*|withdraw\w*|segments?|derivatives?|locked|blocked)\b/i;

const plain = (label: string): string =>
  label.toLowerCase().replace(/\s+/g, ' ').replace(/[.,!]/g, '').trim();

/** The button that turns down what stands in the way; null where nothing that is known to be harmless does. */
export const findDismissal = (page: PageReading): ButtonReading | null => {
  const buttons = page.dialog?.buttons ?? page.buttons;
  const text = page.dialog?.text ?? withoutLinks(page);
  const isCookies = /\bcookies?\b/i.test(text);
  if (SERIOUS.test(text) && !(isCookies && page.dialog !== null)) return null;
  const labels = DISMISSALS.filter(({ about }) => about === null || about.test(text)).flatMap(
    (row) => row.labels,
  );
  return buttons.find(({ label, at }) => at !== null && labels.includes(plain(label))) ?? null;
};

/** The links at the foot of every page speak of terms, too. */
const withoutLinks = ({ text, buttons }: PageReading): string =>
  buttons
    .filter(({ isLink, label }) => isLink && label !== '')
    .reduce((rest, { label }) => rest.replaceAll(label, ' '), text);
