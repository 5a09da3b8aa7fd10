/** What the login dialog looked like: what it is known by, and nothing that was typed or belongs to anybody. */
export interface Landmarks {
  /** The step that the login would fill first; null where it finds none. */
  readonly step: 'MOBILE' | 'OTP' | 'PIN' | null;
  /** What the login types into and presses, as `input type=tel`. Whatever changes here may stop it. */
  readonly own: readonly string[];
  /** Words at the input and on the button, which the login has read and accepted, and those of an offer that it turns down. */
  readonly words: readonly string[];
  /** The hosts of the scripts that were loaded, `inline 1` and so on, and `error` where a script has failed. */
  readonly scripts: readonly string[];
  readonly inputs: readonly string[];
  readonly buttons: readonly string[];
  readonly headings: readonly string[];
  /** Hosts, or `inline`. */
  readonly frames: readonly string[];
}

type Part = Exclude<keyof Landmarks, 'step'>;

/** In the order in which changes are told. */
const NAMES: Readonly<Record<Part, string>> = {
  own: 'login field',
  words: 'words',
  scripts: 'script',
  inputs: 'input',
  buttons: 'button',
  headings: 'heading',
  frames: 'frame',
};
const PARTS = Object.keys(NAMES) as readonly Part[];

/** Of each part so many landmarks are kept, and so much of each. */
export const MOST_LANDMARKS = 40;
export const LONGEST_LANDMARK = 100;
const MOST_CHANGES = 20;

export interface LandmarkChanges {
  /** For people, the most serious first. */
  readonly texts: readonly string[];
  /** The login may not find its way any more. */
  readonly isSerious: boolean;
}

/**
 * What differs. Serious is another step, another field or button of it, a script that is gone, one that fails now, and an
 * offer that no login has turned down yet.
 */
export const compareLandmarks = (kept: Landmarks, seen: Landmarks): LandmarkChanges => {
  const step = kept.step === seen.step ? [] : [`step: ${kept.step ?? 'none'} became ${seen.step ?? 'none'}`];
  const parts = PARTS.flatMap((part) => {
    const [gone, come] = [missingIn(seen[part], kept[part]), missingIn(kept[part], seen[part])];
    const isSerious =
      (part === 'own' && gone.length + come.length > 0) ||
      (part === 'words' && come.some(isOffer)) ||
      (part === 'scripts' && (gone.some((one) => one !== FAILED) || come.includes(FAILED)));
    const texts = [
      ...gone.map((one) => `${NAMES[part]} gone: ${one}`),
      ...come.map((one) => `${NAMES[part]} new: ${one}`),
    ];
    return texts.map((text) => ({ text, isSerious }));
  });
  const sorted = [...parts].sort((one, other) => Number(other.isSerious) - Number(one.isSerious));
  const texts = [...step, ...sorted.map(({ text }) => text)];
  const left = texts.length - MOST_CHANGES;
  return {
    texts: left > 0 ? [...texts.slice(0, MOST_CHANGES), `and ${left} more`] : texts,
    isSerious: step.length > 0 || parts.some(({ isSerious }) => isSerious),
  };
};

/** An offer before the step, by the button that turns it down. */
export const offerOf = (label: string): string => `${OFFER}${label}”`;

const isOffer = (landmark: string): boolean => landmark.startsWith(OFFER);

const OFFER = 'offer “';

/** The page with the offers that a login has turned down on it, which may have come after it was read. */
export const withOffers = (landmarks: Landmarks, labels: readonly string[]): Landmarks =>
  bounded({ ...landmarks, words: [...labels.map(offerOf), ...landmarks.words] });

/** A script has failed while the page was looked at. */
const FAILED = 'error';

/** A page on which a login has succeeded after these changes, so that they are no drift any more; it has met failing scripts, too. */
export const acceptedAfter = (changes: readonly string[], seen: Landmarks): Landmarks => {
  const hasFailed = changes.includes(`${NAMES.scripts} new: ${FAILED}`);
  return hasFailed ? { ...seen, scripts: [...seen.scripts, FAILED] } : seen;
};

export const hasFailedScript = ({ scripts }: Landmarks): boolean => scripts.includes(FAILED);

/** The login begins with the same field and button. */
export const hasSameStep = (one: Landmarks, other: Landmarks): boolean =>
  one.step === other.step &&
  missingIn(one.own, other.own).length + missingIn(other.own, one.own).length === 0;

const missingIn = (there: readonly string[], wanted: readonly string[]): readonly string[] =>
  wanted.filter((one) => !there.includes(one));

/**
 * Cleaned for keeping: what may name a person or change with every load (numbers, addresses, long identifiers) is left
 * out, and there is an end to it.
 */
export const bounded = (landmarks: Landmarks): Landmarks => ({
  step: landmarks.step,
  own: boundedList(landmarks.own),
  words: boundedList(landmarks.words),
  scripts: boundedList(landmarks.scripts, (host) => host.slice(0, LONGEST_LANDMARK)),
  inputs: boundedList(landmarks.inputs),
  buttons: boundedList(landmarks.buttons),
  headings: boundedList(landmarks.headings),
  frames: boundedList(landmarks.frames, (host) => host.slice(0, LONGEST_LANDMARK)),
});

const boundedList = (list: readonly string[], clean = cleaned): readonly string[] =>
  [...new Set(list.map(clean))].sort().slice(0, MOST_LANDMARKS);

const cleaned = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\S+@\S+/g, '@')
    .replace(/\d[\d\s-]{2,}\d/g, '#')
    .replace(/[\w:-]{24,}/g, '…')
    .slice(0, LONGEST_LANDMARK);
