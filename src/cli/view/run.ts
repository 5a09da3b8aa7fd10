import type { AuthStateQuery, GenerationRunQuery, TokenProgressSubscription } from '../../sdk/index.ts';
import { LOGIN_STEP_WORDS, STEP_WORDS } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, line, wrap } from './look.ts';
import { countdown } from './times.ts';

export type Run = NonNullable<GenerationRunQuery['generationRun']>;
export type Step = Run['steps'][number];
export type Progress = TokenProgressSubscription['tokenProgress'];
export type Cooldown = AuthStateQuery['authState']['cooldown'];

/** A run and what is known beside it, at one moment. */
export interface RunProgress {
  readonly run: Run;
  readonly cooldown: Cooldown | null;
  /** How many tokens of the account are valid; null before that was told. */
  readonly progress?: Progress | null;
  readonly now: Date;
}

const BAR_WIDTH = 24;
const done = ({ steps }: Run): number => steps.filter(({ status }) => status === 'DONE').length;

/** Every step of a run under way, with the seconds it has taken and the cooldown that it waits for. */
export const renderRun = (progress: RunProgress, look: Look): readonly string[] => [
  ...progress.run.steps.map((step) => stepLine(step, progress.now, look)),
  totalLine(progress, look),
];

const stepLine = (step: Step, now: Date, look: Look): string => {
  const { glyph, tone } = STEP_WORDS[step.status];
  const took = step.startedAt === null ? '' : countdown(secondsBetween(step.startedAt, step.endedAt ?? now));
  return line(
    [
      { text: ` ${glyph} `, tone },
      step.apiName.padEnd(14),
      { text: statusWord(step).padEnd(22), tone },
      { text: took.padStart(6), tone: 'calm' },
      {
        text: step.status === 'RUNNING' && step.step !== null ? `  ${LOGIN_STEP_WORDS[step.step]}` : '',
        tone: 'calm',
      },
    ],
    look,
  );
};

const statusWord = ({ status, step, failure }: Step): string => {
  if (status === 'RUNNING') return step ?? 'RUNNING';
  return status === 'FAILED' ? (failure?.code ?? status) : status;
};

const secondsBetween = (from: string, until: string | Date): number =>
  (new Date(until).getTime() - new Date(from).getTime()) / 1000;

/** The account's numbers, where they are not those of the run. */
const accountText = ({ run, progress }: RunProgress): string => {
  if (progress == null) return '';
  const isSame = progress.total === run.steps.length && progress.generated === done(run);
  return isSame ? '' : `  account ${progress.generated}/${progress.total}`;
};

const totalLine = (progress: RunProgress, look: Look): string => {
  const { run, cooldown, now } = progress;
  const total = Math.max(1, run.steps.length);
  const filled = Math.round((done(run) / total) * BAR_WIDTH);
  return line(
    [
      { text: ` ${'█'.repeat(filled)}`, tone: 'good' },
      { text: '░'.repeat(BAR_WIDTH - filled), tone: 'calm' },
      { text: ` ${done(run)}/${run.steps.length}`, tone: 'strong' },
      accountText(progress),
      `  ${countdown(secondsBetween(run.startedAt, run.endedAt ?? now))}`,
      { text: waitText(run, cooldown), tone: 'warn' },
    ],
    look,
  );
};

/** What the run waits for, if it does. */
const waitText = (run: Run, cooldown: Cooldown | null): string => {
  // Of a run that workers or another process executes the place is not known here.
  const place = run.queuePosition === null ? '' : `, place ${run.queuePosition}`;
  if (run.status === 'QUEUED') return `  waits for the browser${place}`;
  if (run.status === 'WAITING_OPERATOR') return '  a person is needed at the browser or the phone';
  if (run.status !== 'COOLDOWN') return '';
  if (cooldown?.active !== true) return '  cooldown';
  return `  cooldown ${countdown(cooldown.remainingSeconds)} left (${cooldown.reason ?? 'THROTTLED'})`;
};

/** The same in one line, for where nothing can be painted over. */
export const runLine = (progress: RunProgress): string => {
  const { run, cooldown } = progress;
  const current = run.steps.find(({ status }) => status === 'RUNNING');
  const what =
    current !== undefined ? `  ${current.apiName}  ${current.step ?? ''}` : waitText(run, begun(cooldown));
  return `${done(run)}/${run.steps.length}${accountText(progress)}${what}`.trimEnd();
};

/** Only that there is one: a line for each second would be too much. */
const begun = (cooldown: Cooldown | null): Cooldown | null =>
  cooldown === null ? null : { ...cooldown, active: false };

/** How a run has ended, in one line. */
export const runSummary = (run: Run): string => {
  if (run.steps.length === 0) return 'Nothing to make: every token is valid, or nobody knows.';
  return `${done(run)} of ${run.steps.length} made, ${run.status}.`;
};

/** What a run that has ended leaves to say: each failure with what to do, and what had been submitted. */
export const renderRunEnd = (run: Run, look: Look): readonly string[] => {
  const failed = run.steps.filter(({ failure }) => failure !== null);
  return [
    ...failed.flatMap((step) => failureLines(step, look)),
    ...endedLines(run, look),
    ...(run.status === 'ABORTED' ? abortLines(run, look) : []),
  ];
};

const failureLines = ({ apiName, failure }: Step, look: Look): readonly string[] => {
  if (failure === null) return [];
  const submitted = failure.submitted.length === 0 ? '' : ` Submitted: ${failure.submitted.join(', ')}.`;
  return [
    line([{ text: `${apiName}: ${failure.code}. `, tone: 'bad' }, failure.message], look),
    ...wrap(`${inCommands(failure.nextAction)}${submitted}`, look, '  '),
  ];
};

/** Tokens that the run was not to make, and has ended. */
const endedLines = ({ endedTokens, steps }: Run, look: Look): readonly string[] =>
  endedTokens
    .filter(({ apiName }) => !steps.some((step) => step.apiName === apiName && step.failure !== null))
    .flatMap(({ apiName, message, nextAction }) => [
      line([{ text: `${apiName}: TOKEN_ENDED. `, tone: 'bad' }, message], look),
      ...wrap(inCommands(nextAction), look, '  '),
    ]);

/** What the broker has been given in the whole run: of an API whose token was made that is everything. */
const abortLines = (run: Run, look: Look): readonly string[] => {
  const submitted = run.steps.flatMap(({ apiName, status, failure }) => {
    if (status === 'DONE') return [`${apiName} (all, made)`];
    return failure === null || failure.submitted.length === 0
      ? []
      : [`${apiName} (${failure.submitted.join(', ')})`];
  });
  const what = submitted.length === 0 ? 'nothing' : submitted.join(', ');
  return wrap(`Aborted: ${done(run)} of ${run.steps.length} made. Submitted in this run: ${what}.`, look);
};
