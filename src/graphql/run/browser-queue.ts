import { BROWSER_WAITS } from '../../domain/run/browser-wait.ts';
import { nextApiOf } from '../../domain/run/generation-run.ts';
import type { BrowserTurns, RunTurn } from '../../services/generation/browser-turns.ts';
import { READERS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { builder, enumOf } from '../builder.ts';
import { GenerationRunRef } from './generation-run.ts';

const BrowserWaitEnum = enumOf('BrowserWait', {
  description: 'What a run waits for before it goes on with the browser.',
  of: BROWSER_WAITS,
  values: {
    TURN: 'It can go on; other runs come first.',
    OTP_SPACING: 'Its account may request the next OTP only later.',
    TOTP_STEP: 'Its TOTP code was used; a page is open and waits for the next one.',
    COOLDOWN: 'The broker accepts no login of its account.',
    PERSON: 'It has the browser, and a person has to act in its window.',
    OTHER_PROCESS: 'It can go on; another process on this machine has the browser.',
  },
});

const RunTurnRef = builder.objectRef<RunTurn>('RunTurn').implement({
  description: 'One run that has the browser or waits for it.',
  fields: (t) => ({
    run: t.expose('run', { type: GenerationRunRef, description: 'Which run, and how it stands.' }),
    accountId: t.exposeID('accountId', { description: 'Whose tokens it makes.' }),
    apiName: t.field({
      type: ApiNameEnum,
      nullable: true,
      description: 'The API that is being made, or is next; null when none is left.',
      resolve: ({ run }) => nextApiOf(run),
    }),
    waitsFor: t.expose('waitsFor', {
      type: BrowserWaitEnum,
      nullable: true,
      description: 'What it waits for; null while it is at work.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description: 'Since when it has the browser, or waits for it.',
    }),
    canGoOnAt: t.expose('canGoOnAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When what it waits for ends: the OTP spacing, the TOTP time step, the cooldown, or a person’s time. Null where nobody knows.',
    }),
  }),
});

const BrowserQueueRef = builder.objectRef<BrowserTurns>('BrowserQueue').implement({
  description:
    'Who has the machine’s one browser, and who waits for it. A server whose runs workers execute knows of none: each worker has a browser and a queue of its own.',
  fields: (t) => ({
    holder: t.expose('holder', {
      type: RunTurnRef,
      nullable: true,
      description: 'The run that has it; null where none of this server’s has.',
    }),
    isTakenElsewhere: t.exposeBoolean('isTakenElsewhere', {
      description: 'Another process on this machine has it.',
    }),
    waiting: t.field({
      type: [RunTurnRef],
      description: 'The runs that wait, in the order in which they are expected to get it.',
      resolve: ({ waiting }) => [...waiting],
    }),
  }),
});

builder.queryField('browserQueue', (t) =>
  t.field({
    allow: READERS,
    type: BrowserQueueRef,
    description: 'The queue for the machine’s one browser, of all accounts.',
    resolve: (_root, _args, { services }) => services.generation.turns,
  }),
);
