import {
  type Caller,
  callerOfKey,
  isGuessable,
  OPERATOR,
  STRONG_KEY_LENGTH,
} from '../../domain/account/access-key.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Refusals } from '../audit/refusal-audit.ts';
import { hashSecret, isSameHash } from '../secret-hash.ts';
import type { AccessKeys } from './access-keys.ts';
import { KeyGuessLimiter } from './key-guess-limiter.ts';
import type { OpenedSession, Sessions } from './sessions.ts';

/** Too many different wrong guesses came from one address. */
export class TooManyGuesses extends Error {
  /** Until the next guess is allowed. */
  readonly seconds: number;
  /** What to do, in words. */
  readonly nextAction: string;

  constructor(seconds: number, nextAction: string) {
    super('Too many different wrong keys came from this address.');
    this.name = 'TooManyGuesses';
    this.seconds = seconds;
    this.nextAction = nextAction;
  }
}

interface Options {
  readonly operatorKey: Secret;
  readonly accessKeys: AccessKeys;
  readonly sessions: Sessions;
  readonly refusals: Refusals;
}

/** Tells who sends a key or a link, and holds back an address that guesses them. */
export class Identification {
  readonly #options: Options;
  readonly #operatorHash: string;
  readonly #isOperatorKeyGuessable: boolean;
  /** Apart, so that whoever guesses links, for which it takes no key, slows nobody who sends one. */
  readonly #wrongKeys = new KeyGuessLimiter();
  readonly #wrongLinks = new KeyGuessLimiter();

  constructor(options: Options) {
    this.#options = options;
    const operatorKey = options.operatorKey.reveal();
    this.#operatorHash = hashSecret(operatorKey);
    this.#isOperatorKeyGuessable = isGuessable(operatorKey);
  }

  /**
   * Null where nobody has such a key. Compared first: a right key is let in, however many wrong ones came from the same
   * address. An operator's key that is short enough to be guessed is not: it gets the answer that a wrong one gets, or
   * guessing would have no limit.
   */
  async findKey(text: string, address: string): Promise<Caller | null> {
    if (isSameHash(hashSecret(text), this.#operatorHash)) {
      if (this.#isOperatorKeyGuessable) this.#holdBack(this.#wrongKeys.secondsHeldBack(address));
      return OPERATOR;
    }
    const key = await this.#options.accessKeys.find(text);
    if (key !== null) return callerOfKey(key);
    this.#holdBack(this.#wrongKeys.noteWrong(address, hashSecret(text)));
    this.#options.refusals.note('KEY_REFUSED', {});
    return null;
  }

  /** A new session, if the link is good; it is used up by this. */
  async redeemLink(link: string, address: string): Promise<OpenedSession | null> {
    const session = await this.#options.sessions.redeemLink(link);
    if (session !== null) return session;
    this.#holdBack(this.#wrongLinks.noteWrong(address, hashSecret(link)));
    this.#options.refusals.note('LINK_REFUSED', {});
    return null;
  }

  #holdBack(seconds: number): void {
    if (seconds === 0) return;
    throw new TooManyGuesses(
      seconds,
      this.#isOperatorKeyGuessable
        ? `Stop the program that sends them and wait; give VEGA_OPERATOR_KEY at least ${STRONG_KEY_LENGTH} characters, so that it never waits.`
        : 'Stop the program that sends them; a right key is let in all the same.',
    );
  }
}
