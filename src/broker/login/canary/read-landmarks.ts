import type { Page } from 'playwright';
import { bounded, type Landmarks, offerOf } from '../../../domain/canary/landmarks.ts';
import { obstacleTo } from '../page/own-step.ts';
import type { PageKind } from '../page/page-kind.ts';
import { FIELDS, type FieldName, type PageReading } from '../page/page-reading.ts';
import { landmarksInPage } from './landmarks-in-page.ts';

/** What has run in the page, as its traffic and its console tell. */
export interface ScriptFacts {
  /** Hosts of scripts that were loaded. */
  readonly hosts: ReadonlySet<string>;
  readonly hasFailed: boolean;
}

export interface LandmarkReading {
  readonly landmarks: Landmarks;
  /** Why the step could not be filled though it is there; null where nothing speaks against it. */
  readonly fault: string | null;
}

/** Inputs that take digits as they are typed. */
const TEXT_TYPES = ['text', 'tel', 'number', 'password', 'search'];
/** More are not told apart. */
const MOST_INLINE = 20;
const DIGITS: Readonly<Record<FieldName, number>> = { MOBILE: 10, OTP: 6, PIN: 6 };

/** The landmarks of the page as it was read; null while it is between two documents. */
export const readLandmarks = async (
  page: Page,
  reading: PageReading,
  kind: PageKind,
  scripts: ScriptFacts,
): Promise<LandmarkReading | null> => {
  const step = stepOf(reading, kind);
  const found = await page
    .evaluate(landmarksInPage, { own: step === null ? null : FIELDS[step] })
    .catch(() => null);
  if (found === null) return null;
  // It may come late, and the login turns it down: it is no part of the step.
  const offer = kind.kind === 'DISMISSAL' ? [offerOf(kind.button.label)] : [];
  const { own, words, inputs, buttons, headings, frames, inlineScripts, type, maxLength, hasButton } = found;
  const landmarks = bounded({
    step,
    own,
    words: [...words, ...offer],
    scripts: [
      ...scripts.hosts,
      ...Array.from({ length: Math.min(inlineScripts, MOST_INLINE) }, (_, index) => `inline ${index + 1}`),
      ...(scripts.hasFailed ? ['error'] : []),
    ],
    ...{ inputs, buttons, headings, frames },
  });
  // A length of 1 is that of the first of several boxes.
  const isTooShort = step !== null && maxLength > 1 && maxLength < DIGITS[step];
  const fault =
    step === null
      ? null
      : !TEXT_TYPES.includes(type)
        ? `The input of the ${step} step takes no digits: its type is ${type || 'not known'}.`
        : isTooShort
          ? `The input of the ${step} step takes ${maxLength} characters only.`
          : hasButton
            ? null
            : `The button of the ${step} step is gone.`;
  return { landmarks, fault };
};

/** The step that the login would fill, an offer before it aside: the login turns that down. */
const stepOf = (reading: PageReading, kind: PageKind): FieldName | null => {
  if (kind.kind === 'FIELD') return kind.field;
  const mobile = reading.fields.MOBILE;
  if (kind.kind !== 'DISMISSAL' || mobile?.enabled !== true) return null;
  return obstacleTo('MOBILE', mobile, reading) === null ? 'MOBILE' : null;
};
