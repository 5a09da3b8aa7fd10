import type { Moods } from '../../support/moody-broker.ts';
import { settle } from '../../support/test-app.ts';
import { ACCOUNTS, type SoakDesk } from './soak-desk.ts';

/** What goes wrong of a morning, until the operator has looked at it. */
const TROUBLES: Readonly<Record<string, (moods: Moods) => void>> = {
  happy: () => undefined,
  throttled: (moods) => Object.assign(moods.otpLimit, { count: 1, withinMs: 60_000 }),
  'wrong PIN': (moods) => Object.assign(moods.refusedSteps, { PIN: 'WRONG_PIN' }),
  'app rejected': (moods) => Object.assign(moods.rejectedApps, { 0: 'UDAPI100068' }),
  'page hangs': (moods) => void moods.hangingSteps.push('OTP_GENERATE'),
  'database locked': () => undefined,
};

/** A page that hangs takes the longest, so it does it on one morning of eleven only. */
const NAMES = [...Object.keys(TROUBLES), ...Object.keys(TROUBLES).filter((name) => name !== 'page hangs')];

const MOST_ROUNDS = 8;
const MOST_LOOKS = 4000;
const LOOK_MS = 25;

const calm = (moods: Moods): void => {
  Object.assign(moods.otpLimit, { count: Number.POSITIVE_INFINITY, withinMs: 1000 });
  for (const table of [moods.refusedSteps, moods.rejectedApps]) {
    for (const key of Object.keys(table)) Reflect.deleteProperty(table, key);
  }
  moods.hangingSteps.length = 0;
};

/** One night and one morning: the schedules start, and a person does what the program says at each stop. */
export const passMorning = async (desk: SoakDesk, number: number): Promise<void> => {
  const trouble = NAMES[number % NAMES.length] ?? 'happy';
  calm(desk.moods);
  TROUBLES[trouble]?.(desk.moods);
  desk.sleep(number % 4 === 3);
  const lock = trouble === 'database locked' ? desk.lockDatabase(700) : Promise.resolve();
  for (const accountId of ACCOUNTS) await scheduledRun(desk, accountId);
  calm(desk.moods);
  await lock;
  for (const accountId of ACCOUNTS) await makeTheRest(desk, accountId, trouble);
  for (const { id, acknowledgedAt } of await desk.vega.alerts({ first: 200 }))
    if (acknowledgedAt === null) await desk.vega.acknowledgeAlert({ id });
};

const eventually = async <Found>(what: string, look: () => Promise<Found | null>): Promise<Found> => {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const found = await look();
    if (found !== null) return found;
    await settle(LOOK_MS);
  }
  throw new Error(`${what} never happened`);
};

/** Waits until the schedule has started the run of today and it rests, or until it has said that it does not. */
const scheduledRun = async ({ vega, today }: SoakDesk, accountId: string): Promise<void> => {
  const last = await eventually(`the start of ${accountId} on ${today}`, async () => {
    const occurrence = (await vega.schedule({ accountId }))?.lastOccurrence ?? null;
    return occurrence?.date === today ? occurrence : null;
  });
  if (last.runId !== null) await rested({ vega }, last.runId, accountId);
};

const rested = ({ vega }: Pick<SoakDesk, 'vega'>, id: string, accountId: string): Promise<string> =>
  eventually(`the end of run ${id}`, async () => {
    const run = await vega.generationRun({ id });
    if (run === null) throw new Error('the run is gone');
    if (run.endedAt !== null) return run.status;
    // A cooldown that is over by the clock ends when the program looks at it.
    const isResting = run.status === 'COOLDOWN' && (await vega.authState({ accountId })).cooldown.active;
    return isResting ? run.status : null;
  });

const makeTheRest = async (desk: SoakDesk, accountId: string, trouble: string): Promise<void> => {
  const { vega } = desk;
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
    const { run, blockedBy, cooldown } = await vega.authState({ accountId });
    if (cooldown.active) desk.passCooldown();
    if (run !== null && run.endedAt === null) {
      await rested(desk, run.id, accountId);
      continue;
    }
    if (blockedBy === 'CREDENTIALS_REJECTED') await vega.clearQuarantine({ accountId, reason: 'looked at' });
    const tokens = await vega.tokens({ accountId });
    const missing = tokens.filter(({ verdict }) => verdict !== 'VALID').map(({ apiName }) => apiName);
    if (missing.length === 0) {
      await eventually(`the gate of ${accountId}`, async () =>
        (await vega.ready({ accountId })) ? true : null,
      );
      return;
    }
    if (cooldown.active) continue;
    const made = await vega.generateTokens({
      accountId,
      mode: 'PARTIAL',
      apiNames: missing,
      includeUnknown: true,
    });
    await rested(desk, made.id, accountId);
  }
  throw new Error(`no tokens of ${accountId} after ${MOST_ROUNDS} rounds of ${trouble}`);
};
