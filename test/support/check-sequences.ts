import fc from 'fast-check';

const RUNS = Number(process.env.VEGA_MODEL_RUNS ?? 0);

/** What may be done next to a desk that tells its story and knows what must hold. */
export interface Step<Desk> {
  readonly name: string;
  /** Answers what is worth telling of it. */
  readonly take: (desk: Desk) => Promise<string | null>;
}

interface Checked {
  readonly story: string[];
  check(): Promise<void>;
}

/** The model has no state of its own: what must hold follows from the broker's log and from the desk's own files. */
type Model = Record<string, never>;

export class StepCommand<Desk extends Checked> implements fc.AsyncCommand<Model, Desk> {
  readonly #step: Step<Desk>;

  constructor(step: Step<Desk>) {
    this.#step = step;
  }

  check(): boolean {
    return true;
  }

  async run(_model: Model, desk: Desk): Promise<void> {
    const index = desk.story.push(this.#step.name) - 1;
    const answer = await this.#step.take(desk);
    if (answer !== null) desk.story[index] = `${this.#step.name} → ${answer}`;
    await desk.check();
  }

  toString(): string {
    return this.#step.name;
  }
}

interface Sequences<Desk extends Checked> {
  readonly steps: fc.Arbitrary<Step<Desk>>;
  readonly open: () => Promise<Desk & { close(): Promise<void> }>;
  /** Afterwards: brings everything to a good end, or throws. */
  readonly recover: (desk: Desk) => Promise<void>;
  /** The same sequences at every plain run, so that a change is what makes it fail; other ones with VEGA_MODEL_RUNS. */
  readonly fixedSeed: string;
  /** How long a plain run begins new sequences; one that is begun comes to its end, however slow the machine is. */
  readonly plainMs: number;
}

/** How long the test may take, in milliseconds, of which a plain run may take `plainMs` and a sequence `sequenceMs`. */
export const sequencesTimeout = (plainMs: number, sequenceMs: number): number =>
  RUNS === 0 ? plainMs : RUNS * sequenceMs;

/** Takes steps in any order and looks after each. Answers how many sequences were tried; throws with what repeats a failure. */
export const checkSequences = async <Desk extends Checked>({
  steps,
  open,
  recover,
  fixedSeed,
  plainMs,
}: Sequences<Desk>): Promise<number> => {
  const { VEGA_MODEL_SEED, VEGA_MODEL_PATH: path } = process.env;
  const seed = VEGA_MODEL_SEED ?? (RUNS === 0 ? fixedSeed : undefined);
  const endsAt = RUNS === 0 ? performance.now() + plainMs : Number.POSITIVE_INFINITY;
  let tried = 0;
  const property = fc.asyncProperty(
    fc.commands([steps.map((step) => new StepCommand(step))], { maxCommands: 30, size: 'max' }),
    async (commands) => {
      if (performance.now() > endsAt) return;
      tried += 1;
      const desk = await open();
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: desk }), commands);
        await recover(desk);
      } finally {
        await desk.close();
      }
    },
  );
  const details = await fc.check(property, {
    numRuns: RUNS === 0 ? 100 : RUNS,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
    // Every attempt to make a counterexample shorter would take as long as the first.
    endOnFailure: true,
  });
  if (details.failed)
    throw new Error(
      `VEGA_MODEL_SEED=${details.seed} VEGA_MODEL_PATH=${details.counterexamplePath} fails: ${details.errorInstance}`,
      { cause: details.errorInstance },
    );
  return tried;
};
