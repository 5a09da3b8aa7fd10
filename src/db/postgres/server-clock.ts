import { uptime } from 'node:os';

/** An answer that took longer says too little about when the server had read its clock. */
const TELLING_MS = 1000;
/** Local clocks that differ by more have been set, or one of them stood still. */
const JUMP_MS = 500;

/** The clocks of this machine, in milliseconds. */
export interface LocalClocks {
  /** Stands still while the machine sleeps. */
  readonly monotonic: () => number;
  /** May be wrong, and may be set. */
  readonly wall: () => number;
  /** Goes on while the machine sleeps; to read it costs more. */
  readonly sinceBoot: () => number;
}

/** What the local clocks have shown. */
export type LocalMoment = Readonly<Record<keyof LocalClocks, number>>;

const MACHINE: LocalClocks = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  sinceBoot: () => uptime() * 1000,
};

/**
 * The clock of the server, which all of its machines share, so that one whose own clock is wrong neither asks for an OTP too
 * early nor counts a token as valid. Between two answers of the server it goes on by this machine's monotonic clock, and by
 * what the machine has slept meanwhile.
 */
export class ServerClock {
  /** Told when a local clock was set or stood still: the server has to be asked again. */
  onJump: () => void = () => undefined;
  readonly #clocks: LocalClocks;
  #offset: number;
  /** When the local clocks were last compared. */
  #compared: LocalMoment;
  /** Of the last answer, on the clock of `now`; null where none counts. */
  #readAt: number | null = null;

  constructor(clocks = MACHINE) {
    this.#clocks = clocks;
    this.#compared = this.moment();
    this.#offset = this.#compared.wall - this.#compared.monotonic;
  }

  readonly now = (): Date => {
    this.#followSleep();
    return new Date(Math.round(this.#clocks.monotonic() + this.#offset));
  };

  /** How old the last answer of the server is; infinite where none counts. */
  get ageMs(): number {
    const now = this.now().getTime();
    return this.#readAt === null ? Number.POSITIVE_INFINITY : now - this.#readAt;
  }

  /** What a question to the server begins with. */
  moment(): LocalMoment {
    const { monotonic, wall, sinceBoot } = this.#clocks;
    return { monotonic: monotonic(), wall: wall(), sinceBoot: sinceBoot() };
  }

  /** The server has shown `milliseconds` since 1970 in answer to a question that was asked at `asked`. */
  note(milliseconds: number, asked: LocalMoment): void {
    this.#followSleep();
    const present = this.moment();
    const elapsed = present.monotonic - asked.monotonic;
    if (sleptBetween(asked, present) > JUMP_MS) return;
    if (elapsed > TELLING_MS && this.#readAt !== null) return;
    // It was read at some time in between.
    this.#offset = milliseconds - (asked.monotonic + present.monotonic) / 2;
    this.#compared = present;
    this.#readAt = present.monotonic + this.#offset;
  }

  /** The clock on the wall goes on while a machine sleeps: only where it has jumped, the one that costs more is read. */
  #followSleep(): void {
    const { monotonic, wall } = this.#clocks;
    const jumped = wall() - this.#compared.wall - (monotonic() - this.#compared.monotonic);
    if (Math.abs(jumped) <= JUMP_MS) return;
    const present = this.moment();
    const slept = sleptBetween(this.#compared, present);
    this.#compared = present;
    if (slept > JUMP_MS) this.#offset += slept;
    this.#readAt = null;
    this.onJump();
  }
}

const sleptBetween = (one: LocalMoment, other: LocalMoment): number =>
  other.sinceBoot - one.sinceBoot - (other.monotonic - one.monotonic);
