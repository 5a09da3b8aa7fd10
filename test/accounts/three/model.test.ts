import { expect, test } from 'vitest';
import { checkSequences, type Step, StepCommand, sequencesTimeout } from '../../support/check-sequences.ts';
import { repetitions } from '../../support/repetitions.ts';
import { calm, clearQuarantine, generate, jump, rest, startLogin, steps } from './steps.ts';
import { COOLDOWN_SECONDS, ThreeDesk } from './three-desk.ts';
import { IDS } from './three-logins.ts';

/** Whatever has happened: once the broker is well and the operator has looked, every account gets its whole set. */
const recover = async (desk: ThreeDesk): Promise<void> => {
  const take = (step: Step<ThreeDesk>) => new StepCommand(step).run({}, desk);
  const clearAll = async () => {
    for (const id of IDS) await take(clearQuarantine(id));
  };
  await take(calm);
  await clearAll();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await take(jump(COOLDOWN_SECONDS + 1));
    await take(rest);
    await clearAll();
    // Refused unless the account is in IDLE, as it is after a logout.
    for (const id of IDS) await take(startLogin(id));
    await take(rest);
    for (const id of IDS) await take(generate(id, 'mode: INVALID_ONLY, includeUnknown: true'));
    await take(rest);
    if ((await desk.look()).every(({ ready }) => ready)) return;
  }
  throw new Error(`A gate does not open any more:\n${desk.history()}`);
};

test('whatever is done to three accounts that share the browser, no rule of the broker is broken', {
  timeout: sequencesTimeout(300_000, 180_000),
}, async () => {
  const tried = await checkSequences({
    steps,
    open: () => ThreeDesk.open(),
    recover: async (desk) => {
      await recover(desk);
      const { data } = await desk.testApp.ask('{ runQueue { id } }');
      expect(data.runQueue).toEqual([]);
    },
    ...{ fixedSeed: '20261128', plainMs: repetitions(6_000, 25_000) },
  });
  expect(tried).toBeGreaterThan(0);
});
