import type { FieldReading } from './page-parts.ts';
import type { FieldName, PageReading } from './page-reading.ts';
import { saysLocked } from './refusal-words.ts';

/** Why a field of the login, though it is there, is not filled. */
export interface Obstacle {
  /** A person has to decide something; otherwise the page has only changed. */
  readonly needsPerson: boolean;
  /** What stands in the way, for people. */
  readonly what: string;
}

/**
 * Everything that may stand on the button of a step. Whatever else stands there may grant, sign or end something, and
 * is not pressed.
 */
const OWN_BUTTON = new RegExp(
  [
    '^(?:please )?(?:',
    '(?:get|send|request|generate)(?: (?:me|an?|the|my))? (?:t?otp|(?:verification )?code)|get started',
    '|(?:continue|next|proceed|go|submit|verify|validate|authenticate|enter|ok|okay|done|login|log in|sign in)',
    '(?: (?:securely|now|here|to upstox|to login|to log in|to sign in|to (?:my|your) account',
    '|with (?:my |your )?(?:mobile|mobile number|t?otp|pin)',
    '|(?:my |your |the )?(?:t?otp|pin|mpin|code|mobile|mobile number|number|login)))?',
    ')(?: (?:and|&) (?:continue|proceed|login|log in|sign in))?',
    // The name of an icon, and seconds that are counted down.
    '(?: (?:arrow|chevron|east|forward|right|next|icon))*(?: \\d{1,3} ?s?(?:ec(?:ond)?s?)?)?$',
  ].join(''),
);

const ICON = /^(?:(?:arrow|chevron|east|forward|right|icon)(?: |$))+$/;

/** True for what a button of the login says; an icon alone says nothing. */
export const isOwnButton = (label: string): boolean => {
  const plain = label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}& ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' || ICON.test(plain) || OWN_BUTTON.test(plain);
};

/** A line at an input that makes it another input than the login's. */
const OTHER_CAPTION =
  /^\W*(?:please |kindly )?(?:set|create|choose|pick|confirm|re-?enter|re-?type|repeat|change|reset|update|activate|reactivate|unlock|recover|authori[sz]e|approve|sign)\b|\b(?:new|old|expired|temporary|nominee|alternate|one more time|set by|to be set)\b/i;
const OTHER_PIN_CAPTION = /\b(?:current|existing|previous|login password|transaction|trading password)\b/i;

const SECRET = '(?:t?pin|mpin|pass ?code|password|secret)';
/** A line above an input that asks for something else than a login. */
const OTHER_LEAD = [
  new RegExp(
    `^\\W*(?:please |kindly |now |you (?:must|need to|have to|should) |it is time to |time to |let's |first,? )*(?:set|create|choose|pick|confirm|re-?enter|re-?type|repeat|change|reset|update|renew|replace|define|make)\\b.*\\b${SECRET}\\b`,
    'i',
  ),
  new RegExp(`\\b(?:new|fresh|another|different)\\b.{0,24}\\b${SECRET}\\b`, 'i'),
  new RegExp(
    `\\b(?:${SECRET} change|change of ${SECRET}|upi ${SECRET})\\b|\\b${SECRET}\\b.{0,24}\\b(?:(?:has|have|is|was|had) (?:been )?(?:expired|reset|changed|disabled|outdated|blocked|lapsed|renewed|too old|weak)|expired|lapsed|not (?:yet )?set|no longer|(?:must|needs to|has to|should) be)\\b`,
    'i',
  ),
] as const;

/** Headings of pages that grant, sign, end or change something. */
const SERIOUS_HEADING =
  /\b(?:ddpi|mandates?|margin|mtf|pledg\w*|nomin(?:ee|at)\w*|brokerage|e-?sign\w*|signature|power of attorney|poa|consent\w*|authori[sz]\w*|approv\w*|agree\w*|accept\w*|grant\w*|allow\w*|permissions?|dormant|inactive|re-?activat\w*|de-?activat\w*|unlock\w*|locked|blocked|suspended|kyc|terms|declar\w*|undertak\w*|(?:other|another|active|existing|previous) (?:sessions?|devices?|browsers?|logins?)|(?:new|this|unknown|unrecogni[sz]ed|trusted|your) (?:device|browser)|unfreeze|(?:confirm|place|modify|cancel) (?:your |the |an? )?orders?|pay(?:ment)?s?|upgrade|switch to|withdraw\w*|transfer\w*|delete|close your)\b/i;

/** A sentence by which one agrees to something while one logs in. */
const SUBJECT =
  /\b(?:ddpi|mandates?|margin|mtf|pledg\w*|nomin(?:ee|at)\w*|brokerage|e-?sign\w*|power of attorney|poa|standing instructions?|auto-?debit|(?:new|updated|revised|changed|amended) (?:terms|tariff|charges|conditions|agreement|policy)|terms (?:have|has|were|are) (?:been )?(?:changed|updated|revised)|other (?:sessions?|devices?|phone)|(?:new|this|unknown|unrecogni[sz]ed) (?:device|browser)|re-?activat\w*)\b|\b(?:log|sign)s? you out\b|\bend (?:your|the|that) (?:\w+ )?session\b/i;
const AGREEING =
  /\b(?:agree\w*|accept\w*|authori[sz]\w*|approv\w*|consent\w*|sign\w*|confirm\w*|allow\w*|grant\w*|activat\w*|trust\w*|verify|end|ends|ended|log(?:ged)? out|signed out|terminat\w*|enable\w*)\b/i;
const BY_ENTERING =
  /\b(?:by (?:entering|typing|providing|submitting|giving)|(?:enter|type|provide|use)\b.*\b(?:t?otp|pin|code)\b.*\bto)\b.*\b(?:agree|accept|authori[sz]e|approve|consent|sign(?! in)|confirm|allow|grant|share|pay|debit|switch|activate|pledge|unlock|reactivate|end|log out)\b|\b(?:logging in|signing in|continuing)\b.*\b(?:(?:log|sign)s? you out|ends? (?:your|the|other|all))\b/i;

/** Money that leaves with what is entered. */
const PAYING =
  /\b(?:authori[sz]e|allow|agree|consent)\b.*\b(?:debit|charge|deduct|pay)\w*\b|\b(?:debit|deduct|bill|charg)(?:ed|es|ing)?\b.{0,30}(?:₹|\b(?:rs|inr)\b\.?) ?\d/i;

/** What the regulator has every broker write on its pages. Source: SEBI and the exchanges, “Attention Investors”. */
const STATUTORY =
  /^\W*(?:attention,? (?:dear )?investors?\b|(?:\d[.)] ?)?(?:stock ?brokers? can accept securities as margin|prevent unauthori[sz]ed transactions|pay (?:20|upfront)\S* ?%?.{0,20}margin|investors may please refer|check your securities|kyc is (?:a )?one[- ]time))/i;

/** A box that is ticked already and does nothing but this. */
const HARMLESS_BOX =
  /^\W*(?:(?:keep|stay) (?:me )?(?:logged|signed)[ -]in|remember (?:me|my \w+(?: \w+)?|this number)|(?:show|hide|view|mask) (?:the |my )?(?:t?otp|m?pin|password|passcode|code|number)?|(?:dark|light|night) (?:mode|theme))\b[^.!]{0,30}$/i;

/** What is bought with a choice. */
const PRICED = /₹|\b(?:rs|inr)\.? ?\d|\b(?:subscri\w+|upgrade|premium|plan)\b/i;

const AGREEMENT_BOX =
  /\b(?:agree|accept|consent|authori[sz]e|approve|allow|grant|declare|undertake|confirm|opt|subscribe|mandate|enable|activate)\b/i;

/** The code of an authenticator is no answer to a message. */
const MESSAGE = /\b(?:sms|text message|e-?mail|whats ?app|voice call)\b/i;
/** A code that came in one. */
const SENT_CODE =
  /\b(?:otp|sent|verification|security)\b|\bcode (?:by|from|in|via|on)\b|\b(?:sms|e-?mail|message) code\b/i;
const AUTHENTICATOR = /\b(?:totp|authenticator|time-based)\b/i;

const TRY = '(?:attempts?|tr(?:y|ies)|chances?)';
const LAST_ATTEMPT = new RegExp(
  [
    `\\b(?:1|one)(?: more| last)? ${TRY} (?:is |are )?(?:left|remaining|remains|to go)\\b`,
    `\\b${TRY} (?:left|remaining|to go)\\W{1,3}(?:1|one)\\b`,
    `\\b(?:last|final) ${TRY}\\b`,
    // What the next wrong one does is said only before it.
    '\\b(?:after|with|at|by) (?:the|your) (?:next|fifth) (?:wrong|incorrect|failed|invalid)\\b',
    '\\b(?:the next|(?:1|one) more|another|one further) (?:wrong|incorrect|failed|invalid)\\b.{0,40}\\b(?:lock|block|suspend)',
    // The broker locks at the fifth.
    `\\b(?:4|four)(?: (?:of|out of) (?:5|five))? (?:(?:wrong|incorrect|failed|invalid|unsuccessful) (?:m?pin )?)?${TRY} (?:used|made|failed)\\b`,
    `\\b(?:4|four)(?: (?:of|out of) (?:5|five))? (?:wrong|incorrect|failed|invalid|unsuccessful) (?:m?pin )?${TRY}\\b`,
    '\\b(?:wrong|incorrect|invalid) (?:m?pin|t?otp|code)\\b.{0,20}\\b(?:4|four) times\\b',
  ].join('|'),
  'i',
);

const SMALL = /\b(?:0|1|one|no)\b/i;
const NUMBER: Readonly<Record<string, number>> = { no: 0, one: 1, two: 2, three: 3, four: 4, five: 5 };
const numberOf = (word: string): number => NUMBER[word.toLowerCase()] ?? Number(word);

/** The broker locks at the fifth wrong one. */
const MOST_WRONG = 4;

const OF_PRIZES = /\b(?:win|earn|prizes?|rewards?|offers?)\b/i;

/** Whether a sentence says that one wrong secret more locks the account. */
const saysLastAttempt = (sentence: string): boolean => {
  if (LAST_ATTEMPT.test(sentence)) return true;
  if (OF_PRIZES.test(sentence)) return false;
  if (/\b(?:lock|block|suspend)\w*\b.*\b(?:wrong|incorrect|invalid)\b.*\bagain\b/i.test(sentence))
    return true;
  if (!new RegExp(`\\b${TRY}\\b|\\battempt\\(s\\)`, 'i').test(sentence)) return false;
  const [, done = '', all = ''] =
    /\b(\d|one|two|three|four|five) ?(?:\/|of|out of) ?(\d|one|two|three|four|five)\b/i.exec(sentence) ?? [];
  const isOfLeft = /\b(?:left|remain\w*|more|to go)\b/i.test(sentence);
  const isOfUsed = /\b(?:used|failed|wrong|incorrect|invalid|unsuccessful|made)\b/i.test(sentence);
  if (done !== '') {
    if (isOfLeft) return numberOf(done) <= 1;
    return numberOf(done) >= (isOfUsed ? MOST_WRONG : numberOf(all));
  }
  if (isOfLeft && SMALL.test(sentence)) return true;
  const counted = /\b(\d|four|five)\b/i.exec(sentence)?.[1];
  return (
    isOfUsed &&
    !isOfLeft &&
    counted !== undefined &&
    numberOf(counted) >= MOST_WRONG &&
    !/\bafter\b|\bwill\b/i.test(sentence)
  );
};

const sentencesOf = (text: string): readonly string[] =>
  text.split(/\n|(?<=[.!?।])\s+/).map((sentence) => sentence.trim());

/** What is written at the login's own inputs. In a short caption any other word makes it another input. */
const CAPTION_WORDS: Readonly<Record<FieldName, RegExp>> = {
  MOBILE: captionOf('mobile|phone|cell|contact|india|registered|linked|valid|no|client|id|email'),
  OTP: captionOf(
    'otp|totp|one|time|based|passcode|password|authenticator|authentication|app|google|generated|verification|shown|characters?',
  ),
  PIN: captionOf('pin|mpin|passcode'),
};

function captionOf(words: string): RegExp {
  const common =
    'enter|type|your|my|the|a|an|please|in|here|of|on|from|with|and|or|for|to|is|digits?|numbers?|numeric|only|code|secret|security|continue|fill|out|this|must|be|field|step|show|hide|x+|log|login|sign|upstox|account|required|six|ten|[a-z]|\\d+';
  return new RegExp(`^(?:${common}|${words})$`);
}

/** Longer ones are sentences. */
const SHORT_CAPTION = 5;

const lines = (text: string): readonly string[] => text.split('\n').map((line) => line.trim());

/** Help and conditions tell what would be, not what is. */
const isHelp = (line: string): boolean =>
  /\?/.test(line) ||
  /^\W*(?:if|in case|when|whenever|once|unless|until|after|never|don.t|do not)\b/i.test(line);

const said = (line: string): Obstacle => ({ needsPerson: true, what: `it says “${line}”` });

/** What speaks against filling this field and pressing its button; null where it is the login's own step. */
export const obstacleTo = (field: FieldName, shown: FieldReading, page: PageReading): Obstacle | null => {
  const [other] = page.otherInputs;
  if (other !== undefined)
    return { needsPerson: true, what: `another input stands beside the ${field} field: “${other}”` };
  const rival = Object.entries(page.fields).find(
    ([name, { enabled, isEmpty }]) => name !== field && enabled && isEmpty,
  );
  if (rival !== undefined)
    return { needsPerson: true, what: `the ${rival[0]} field is open beside the ${field} field` };
  const box = page.checkboxes.find((text) => AGREEMENT_BOX.test(text));
  if (box !== undefined) return { needsPerson: true, what: `there is a box to tick: “${box}”` };
  const ticked = page.ticked.find(({ text, isRadio }) =>
    isRadio ? PRICED.test(text) : !HARMLESS_BOX.test(text),
  );
  if (ticked !== undefined) return { needsPerson: true, what: `a box is ticked: “${ticked.text}”` };
  const label = shown.buttonLabel ?? shown.enterLabel ?? '';
  if (!isOwnButton(label)) {
    const needsPerson = SERIOUS_HEADING.test(label) || AGREEING.test(label);
    return { needsPerson, what: `the button of the ${field} step says “${label}”` };
  }
  return obstacleInWords(field, shown, page);
};

const obstacleInWords = (field: FieldName, shown: FieldReading, page: PageReading): Obstacle | null => {
  const captions = lines(shown.caption).filter((line) => !isHelp(line));
  const headings = new Set(page.headings.flatMap((heading) => lines(heading)));
  // A heading is what the page asks for, also as a question.
  const pictured = [...headings].filter((line) => !page.text.includes(line));
  const lead = [...lines(shown.lead), ...pictured].filter((line) => headings.has(line) || !isHelp(line));
  const trail = lines(shown.trail).filter((line) => !isHelp(line));
  const caption = captions.find(
    (line) => OTHER_CAPTION.test(line) || (field === 'PIN' && OTHER_PIN_CAPTION.test(line)),
  );
  if (caption !== undefined) return said(caption);
  const strange = captions.find((line) => {
    const words = line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return words.length <= SHORT_CAPTION && !words.every((word) => CAPTION_WORDS[field].test(word));
  });
  if (strange !== undefined) return { ...said(strange), needsPerson: MESSAGE.test(strange) };
  const foreign =
    field === 'PIN'
      ? [...headings].find((line) => lead.includes(line) && /[^\P{L}\p{Script=Latin}]/u.test(line))
      : undefined;
  if (foreign !== undefined) return { ...said(foreign), needsPerson: false };
  const asking = lead.find(
    (line) =>
      OTHER_LEAD.some((pattern) => pattern.test(line)) || (headings.has(line) && SERIOUS_HEADING.test(line)),
  );
  if (asking !== undefined) return said(asking);
  const agreed = [...captions, ...lead, ...trail].find(
    (line) =>
      BY_ENTERING.test(line) ||
      PAYING.test(line) ||
      (SUBJECT.test(line) && AGREEING.test(line) && !STATUTORY.test(line)),
  );
  if (agreed !== undefined) return said(agreed);
  if (field === 'OTP') {
    const message = [...captions, ...lead].find((line) => MESSAGE.test(line));
    if (message !== undefined && !AUTHENTICATOR.test(`${shown.caption}\n${shown.lead}\n${shown.trail}`))
      return said(message);
  }
  const near = [...captions, ...lead, ...trail, ...page.alerts];
  const locked =
    field === 'MOBILE'
      ? undefined
      : near.flatMap(sentencesOf).find((line) => !isHelp(line) && saysLocked(line));
  if (locked !== undefined) return said(locked);
  // Elsewhere on the page chances may be those of a prize.
  const elsewhere = sentencesOf(page.text).filter((line) => /\battempt/i.test(line));
  const last = [...near.flatMap(sentencesOf), ...elsewhere].find(
    (line) => saysLastAttempt(line) && !isHelp(line),
  );
  return last === undefined ? null : said(last);
};

/** What may be said of a wrong secret, or of an account that is locked for one. */
const OF_SECRET =
  /\b(?:m?pin|t?otp|(?<!\b(?:client|country|state|error|status) )code|credentials?|attempts?)\b|\block|\bblocked|\bsuspend|\bnot (?:been )?(?:accepted|authori[sz]ed|approved|allowed)|\bauthori[sz]ation (?:has )?(?:failed|error)/i;

/** Whether words that came in answer may speak of what was entered, or of a lock. */
export const concernsSecret = (words: string): boolean => OF_SECRET.test(words);

/** Whether words that came in answer speak of something that a person has to decide or to do at the broker. */
export const concernsPerson = (words: string): boolean =>
  words
    .split('\n')
    .some(
      (line) =>
        OTHER_LEAD.some((pattern) => pattern.test(line)) ||
        (SERIOUS_HEADING.test(line) && !OF_SECRET.test(line)),
    );

/** Whether a page that is no step of the login asks a person to decide something. */
export const asksPerson = ({ headings, otherInputs, checkboxes, dialog, buttons }: PageReading): boolean => {
  const labels = buttons.map(({ label }) => label);
  const said = [...headings, ...otherInputs, ...checkboxes, dialog?.text ?? '', ...labels];
  return (
    said.some((text) => SERIOUS_HEADING.test(text) || OTHER_LEAD.some((pattern) => pattern.test(text))) ||
    [...headings, ...otherInputs].some((text) => MESSAGE.test(text) && SENT_CODE.test(text)) ||
    [...checkboxes, ...labels].some((text) => AGREEMENT_BOX.test(text)) ||
    otherInputs.some((text) => lines(text).some((line) => OTHER_CAPTION.test(line)))
  );
};
