import { Buffer } from 'node:buffer';
import { createGuardrails, verifySync } from 'otplib';
import type { SimulatedAccount } from '../account.ts';
import { ServiceRefusal } from '../api/service-refusal.ts';
import { randomText } from '../random-text.ts';
import type { Knobs } from '../scenarios.ts';

const otpSessionMs = 300_000;
const identityMs = 12 * 3_600_000;
const mobilePattern = /^[6789]\d{9}$/;
/** Sixteen base32 letters, the common kind of secret, are ten bytes; otplib asks for sixteen by default. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

interface OtpSession {
  readonly expiresAt: number;
  attemptsLeft: number;
}

export interface VerifiedOtp {
  readonly identity: string;
  readonly identityExpiresAt: number;
  readonly timeStep: number;
  readonly reusedTimeStep: boolean;
}

/** The login service's memory of one account: OTPs sent, time steps seen, PIN attempts, who is half logged in. */
export class LoginService {
  readonly #account: SimulatedAccount;
  readonly #knobs: Knobs;
  readonly #now: () => number;
  readonly #otpSessions = new Map<string, OtpSession>();
  readonly #usedTimeSteps = new Set<number>();
  readonly #identities = new Map<string, number>();
  readonly #loginSessions = new Set<string>();
  #otpSentAt: number[] = [];
  #wrongPins = 0;

  constructor(account: SimulatedAccount, knobs: Knobs, now: () => number) {
    this.#account = account;
    this.#knobs = knobs;
    this.#now = now;
  }

  /** Refused requests do not prolong the block: no source says they do. */
  sendOtp(mobileNumber: unknown): string {
    if (typeof mobileNumber !== 'string' || !mobilePattern.test(mobileNumber)) {
      throw new ServiceRefusal('UNKNOWN_MOBILE');
    }
    if (mobileNumber !== this.#account.mobileNumber) throw new ServiceRefusal('UNKNOWN_MOBILE');

    const now = this.#now();
    const limit = this.#knobs.otpLimit;
    if (limit !== null) {
      this.#otpSentAt = this.#otpSentAt.filter((sentAt) => now - sentAt < limit.withinMs);
      if (this.#otpSentAt.length >= limit.count) throw new ServiceRefusal('THROTTLED');
    }
    this.#otpSentAt.push(now);

    const validateOtpToken = `ll1FA-${randomText(24)}`;
    this.#otpSessions.set(validateOtpToken, {
      expiresAt: now + otpSessionMs,
      attemptsLeft: this.#knobs.otpAttempts,
    });
    return validateOtpToken;
  }

  verifyOtp(validateOtpToken: unknown, otp: unknown): VerifiedOtp {
    const now = this.#now();
    const session = this.#otpSessions.get(String(validateOtpToken));
    if (session === undefined || now >= session.expiresAt) throw new ServiceRefusal('OTP_SESSION_EXPIRED');
    if (session.attemptsLeft === 0) throw new ServiceRefusal('OTP_BLOCKED');

    const timeStep = this.#timeStepOf(otp);
    const reusedTimeStep = timeStep !== undefined && this.#usedTimeSteps.has(timeStep);
    if (timeStep === undefined || (reusedTimeStep && this.#knobs.refusesUsedTimeSteps)) {
      session.attemptsLeft -= 1;
      throw new ServiceRefusal('WRONG_OTP', {
        attemptsLeft: session.attemptsLeft,
        ...(timeStep === undefined ? {} : { timeStep }),
      });
    }

    this.#usedTimeSteps.add(timeStep);
    this.#otpSessions.delete(String(validateOtpToken));
    const identity = randomText(32);
    const identityExpiresAt = now + identityMs;
    this.#identities.set(identity, identityExpiresAt);
    return { identity, identityExpiresAt, timeStep, reusedTimeStep };
  }

  knowsIdentity(identity: string | undefined): boolean {
    const expiresAt = identity === undefined ? undefined : this.#identities.get(identity);
    return expiresAt !== undefined && this.#now() < expiresAt;
  }

  /** Takes the PIN as the page sends it, in base64; answers with the login session that may authorize an app. */
  enterPin(identity: string | undefined, inputText: unknown): string {
    if (!this.knowsIdentity(identity)) throw new ServiceRefusal('IDENTITY_LOST');
    if (this.#wrongPins >= this.#knobs.pinAttempts) throw new ServiceRefusal('PIN_LOCKED');
    if (inputText !== Buffer.from(this.#account.pin).toString('base64')) {
      this.#wrongPins += 1;
      throw new ServiceRefusal(this.#wrongPins >= this.#knobs.pinAttempts ? 'PIN_LOCKED' : 'WRONG_PIN');
    }

    this.#wrongPins = 0;
    const loginSession = randomText(40);
    this.#loginSessions.add(loginSession);
    return loginSession;
  }

  knowsLoginSession(loginSession: string | undefined): boolean {
    return loginSession !== undefined && this.#loginSessions.has(loginSession);
  }

  #timeStepOf(otp: unknown): number | undefined {
    if (typeof otp !== 'string' || !/^\d{6}$/.test(otp)) return undefined;
    const period = this.#account.totpPeriodSeconds;
    const result = verifySync({
      secret: this.#account.totpSecret,
      token: otp,
      period,
      epoch: Math.floor(this.#now() / 1000),
      epochTolerance: [this.#knobs.totpPastSteps * period, 0],
      guardrails,
    });
    return result.valid && 'timeStep' in result ? result.timeStep : undefined;
  }
}
