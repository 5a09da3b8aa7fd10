import type { SimulatorEntry } from '../../src/simulator/simulator.ts';

/** What a login sends, in order; each of it at most once per login. */
const SUBMISSIONS = ['OTP_GENERATE', 'OTP_VERIFY', 'PIN'] as const;

/** "You have exceeded the maximum number of times", of OTP requests and of OTPs. */
const THROTTLED = ['1017069', '1017078'];
/** A wrong PIN, a locked account, a wrong or used OTP. */
const REJECTED = ['1017106', '1017090', '1017077'];

export interface InvariantFacts {
  readonly cooldownMs: number;
  /** When the operator cleared a quarantine, by the broker's clock. */
  readonly clearedAt?: readonly number[];
}

interface Attempt {
  readonly dialog: SimulatorEntry;
  readonly entries: readonly SimulatorEntry[];
}

/** A login of an app begins with its dialog, and what comes for this app up to its next dialog is part of it. */
const attemptsIn = (log: readonly SimulatorEntry[]): readonly Attempt[] =>
  log.flatMap((dialog, start) => {
    if (dialog.kind !== 'DIALOG') return [];
    const later = log.slice(start + 1).filter(({ clientId }) => clientId === dialog.clientId);
    const next = later.findIndex(({ kind }) => kind === 'DIALOG');
    return [{ dialog, entries: next < 0 ? later : later.slice(0, next) }];
  });

const twice = <Value>(values: readonly Value[]): readonly Value[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) < index)),
];

const describe = ({ kind, at }: SimulatorEntry): string => `${kind} at ${new Date(at).toISOString()}`;

/** Everything in the broker's own log that must never stand there, in words. */
export const violationsIn = (
  log: readonly SimulatorEntry[],
  { cooldownMs, clearedAt = [] }: InvariantFacts,
): readonly string[] => {
  const attempts = attemptsIn(log);
  const codes = log.flatMap(({ kind, fingerprint }) => (kind === 'TOKEN' ? (fingerprint ?? 'none') : []));
  const steps = log.flatMap(({ kind, timeStep }) =>
    kind === 'OTP_VERIFY' && timeStep !== undefined ? timeStep : [],
  );
  const repeated = attempts.flatMap(({ dialog, entries }) =>
    SUBMISSIONS.filter((kind) => entries.filter((entry) => entry.kind === kind).length > 1).map(
      (kind) => `${kind} came twice in the login of the ${describe(dialog)}`,
    ),
  );
  const opened = attempts.flatMap(({ entries }) => entries);
  const strange = log
    .filter((entry) => SUBMISSIONS.some((each) => each === entry.kind) && !opened.includes(entry))
    .map((entry) => `${describe(entry)} belongs to no login that is open`);
  const coded = (entry: SimulatorEntry, known: readonly string[]) =>
    entry.kind !== 'TOKEN' && entry.kind !== 'PROFILE' && known.includes(entry.code ?? '');
  const restless = log
    .filter((entry) => coded(entry, THROTTLED))
    .flatMap((cause) =>
      attempts
        .filter(({ dialog }) => log.indexOf(dialog) > log.indexOf(cause) && dialog.at < cause.at + cooldownMs)
        .map(({ dialog }) => `${describe(dialog)} lies in the cooldown after ${describe(cause)}`),
    );
  const stubborn = log
    .filter((entry) => coded(entry, REJECTED))
    .flatMap((cause) => {
      const cleared = clearedAt.find((at) => at >= cause.at) ?? Number.POSITIVE_INFINITY;
      return attempts
        .filter(({ dialog }) => log.indexOf(dialog) > log.indexOf(cause) && dialog.at < cleared)
        .map(({ dialog }) => `${describe(dialog)} lies in the quarantine after ${describe(cause)}`);
    });
  return [
    ...twice(codes).map((code) => `the code ${code} was exchanged twice`),
    ...twice(steps).map((step) => `the time step ${step} was used twice`),
    ...repeated,
    ...strange,
    ...restless,
    ...stubborn,
  ];
};
