import type { BrowserContext, Page } from 'playwright';
import type { Credentials } from '../../domain/account/account.ts';
import type { Landmarks } from '../../domain/canary/landmarks.ts';
import type { Submission } from '../../domain/run/failure.ts';
import type { LoginStep } from '../../domain/run/generation-run.ts';
import type { Secret } from '../../domain/secret.ts';
import type { PageWatch } from './page/page-watch.ts';

export interface LoginRequest {
  /** The authorization dialog's address, with `state` in it. */
  readonly dialogUrl: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly credentials: Credentials;
  /** How long one page may take to become the next. */
  readonly stepTimeoutMs: number;
  /** How long a person in front of the window may take to solve a CAPTCHA; 0 where there is no window. */
  readonly captchaWaitMs: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Throws when the right to log in to the account is over: asked in the moment in which a value would leave. */
  readonly refuseLeaving?: () => void;
  /**
   * Throws when the OTP request that was written down would leave too late: asked before the mobile number is typed, and in
   * the moment in which it would leave.
   */
  readonly refuseLate?: (isTyped: boolean) => void;
}

/** What the caller is told of, and asked for, on the way. A rejected promise ends the login before the submission. */
export interface LoginListener {
  onStep(step: LoginStep): Promise<void>;
  /** The mobile step is shown and is about to ask for an OTP: wait until it may. Something may have been submitted before. */
  awaitOtpRequest(hasSubmitted: boolean): Promise<void>;
  /** It is about to be asked for: write it down. */
  beforeOtpRequest(): Promise<void>;
  /** The OTP step is shown: wait for a time step that was never used. */
  awaitTimeStep(): Promise<void>;
  /** It is still shown: take the time step, write it down, and give its code; null when it has slipped away meanwhile. */
  takeOtp(): Promise<Secret | null>;
  /** The PIN step is shown: write it down. */
  beforePin(): Promise<void>;
  /** The broker wants so much time between this OTP request and the next: write it down. */
  onOtpInterval(milliseconds: number): Promise<void>;
  /** An offer of the page is about to be turned down by the button of this name: write it down. */
  onDismissal(label: string): Promise<void>;
  /** What the dialog looks like before anything is typed. */
  onDialog?(landmarks: Landmarks): void;
  /** Something has left for the broker. */
  onSubmitted(what: Submission): void;
  /** A CAPTCHA is shown in a window, until `deadline`; null when it is gone. */
  onCaptcha(deadline: Date | null): Promise<void>;
}

/** What makes the connections of a browser. */
export interface BrowserWay {
  /** The browser reaches nothing on this machine and its network but these hosts, each with its port as `URL.host` has it. */
  allow(host: string): void;
  /** Why no connection to the host came about at the last try, such as ECONNREFUSED; null where one did. */
  unreached(host: string): string | null;
  /**
   * Called before a request with something of ours leaves: until the answer releases it, the browser sends it to that place
   * no second time by itself.
   */
  hold(address: string): Promise<{ release(): void }>;
}

/** Where a login, or a look at its dialog, happens. */
export interface LoginPlace {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly watch: PageWatch;
  readonly way: BrowserWay;
}
