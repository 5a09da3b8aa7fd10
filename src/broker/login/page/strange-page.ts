import { LoginFailure } from '../login-failure.ts';
import { asksPerson, obstacleTo } from './own-step.ts';
import { nextField } from './page-kind.ts';
import { FIELD_NAMES, type FieldName, type PageReading } from './page-reading.ts';
import { quote } from './quote.ts';

const MAX_BUTTONS = 6;

/** Heading and buttons of a page, as `“Enable DDPI”, with “Authorise”, “Cancel”`; empty where it shows nothing. */
const describe = ({ dialog, headings, text, buttons }: PageReading): string => {
  const lines = (dialog?.text ?? text).split('\n').map((line) => line.trim());
  const heading =
    dialog?.heading || (dialog === null ? headings[0] : '') || lines.find((line) => line !== '');
  if (heading === undefined || heading === '') return '';
  const own = (dialog?.buttons ?? buttons).filter(({ isLink, label }) => !isLink && label !== '');
  const labels = (own.length > 0 ? own : (dialog?.buttons ?? buttons)).filter(({ label }) => label !== '');
  const shown = labels.slice(0, MAX_BUTTONS).map(({ label }) => `“${quote(label)}”`);
  return shown.length === 0 ? `“${quote(heading)}”` : `“${quote(heading)}”, with ${shown.join(', ')}`;
};

/** Nothing to read but perhaps that one has to wait. */
export const isBlankOrBusy = (reading: PageReading): boolean => {
  const { text, buttons, isBusy, dialog, headings } = reading;
  // A wheel that turns until a person has decided something, perhaps on another device.
  if (headings.length > 0 && asksPerson(reading)) return false;
  if (dialog !== null || buttons.some(({ isLink, at }) => !isLink && at !== null)) return false;
  const isWaiting =
    /^\W*(?:please wait|loading|verifying|redirecting|processing|logging you in|one moment)\b/im;
  return isBusy || text.trim() === '' || (text.length < 200 && isWaiting.test(text));
};

/** What ends the login on a page that is none of its own, or that cannot be gone on with. */
export const strangePage = (reading: PageReading | null, submitted: ReadonlySet<FieldName>): LoginFailure => {
  const typed = submitted.size === 0 ? 'Nothing was typed.' : 'Nothing more was typed, and nothing pressed.';
  const shown = reading === null ? '' : describe(reading);
  if (reading === null || shown === '')
    return new LoginFailure('PAGE_CHANGED', `The login page shows nothing that is known. ${typed}`);
  const next = nextField(reading, submitted);
  const obstacle =
    next === undefined || reading.dialog !== null ? null : obstacleTo(next[0], next[1], reading);
  if (obstacle !== null) {
    const what = `The broker's page shows ${shown}; ${quoteWithin(obstacle.what)}. ${typed}`;
    return new LoginFailure(obstacle.needsPerson ? 'ACTION_REQUIRED' : 'PAGE_CHANGED', what);
  }
  const isStep = FIELD_NAMES.some((name) => reading.fields[name] !== undefined);
  const isNotice = submitted.size > 0 && !isStep && reading.otherInputs.length === 0;
  const needsPerson = reading.dialog !== null || isNotice || (!isStep && asksPerson(reading));
  return new LoginFailure(
    needsPerson ? 'ACTION_REQUIRED' : 'PAGE_CHANGED',
    `The broker's page shows ${shown}, which is no step of the login. ${typed}`,
  );
};

const quoteWithin = (what: string): string =>
  what.replace(/“([^”]*)”/gu, (_, text: string) => `“${quote(text)}”`);
