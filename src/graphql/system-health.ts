import {
  type Finding,
  HEALTH_COMPONENTS,
  HEALTH_STATES,
  type HealthDetail,
  type SystemHealth,
} from '../domain/health.ts';
import { READERS } from './access/access-plugin.ts';
import { builder, enumOf } from './builder.ts';

const HealthStateEnum = enumOf('HealthState', {
  description: 'How a part of the system is.',
  of: HEALTH_STATES,
  values: {
    OK: 'Works.',
    DEGRADED: 'Works in part; `findings` says what is wrong.',
    DOWN: 'Does not work.',
    UNKNOWN: 'Was not tried.',
  },
});

const HealthComponentEnum = enumOf('HealthComponent', {
  description: 'A part of the system.',
  of: HEALTH_COMPONENTS,
  values: {
    DATABASE: 'The SQLite file.',
    API: 'The broker’s API.',
    CACHE: 'What is held in memory while the database cannot be written.',
    BROWSER: 'The Chromium that logs in.',
    CONFIG: 'What the owner has configured here and at the broker.',
    CLOCK: 'This machine’s clock, beside the broker’s.',
    DISK: 'The room beside the database.',
  },
});

const FindingRef = builder.objectRef<Finding>('Finding').implement({
  description: 'Something an operator should look at.',
  fields: (t) => ({
    component: t.expose('component', { type: HealthComponentEnum, description: 'What it is about.' }),
    state: t.expose('state', { type: HealthStateEnum, description: 'How bad it is.' }),
    message: t.exposeString('message', { description: 'What was found.' }),
    nextAction: t.exposeString('nextAction', { description: 'What to do.' }),
  }),
});

const HealthDetailRef = builder.objectRef<HealthDetail>('HealthDetail').implement({
  description: 'What was looked at and how it is, such as the browser’s version.',
  fields: (t) => ({
    component: t.expose('component', { type: HealthComponentEnum, description: 'What it is about.' }),
    text: t.exposeString('text', { description: 'For people; the words may change.' }),
  }),
});

const SystemHealthRef = builder.objectRef<SystemHealth>('SystemHealth').implement({
  description: 'How the parts of the system are, found out now.',
  fields: (t) => {
    const state = (part: Exclude<keyof SystemHealth, 'findings' | 'details'>, description: string) =>
      t.expose(part, { type: HealthStateEnum, description });
    return {
      database: state('database', 'The SQLite file.'),
      api: state('api', 'The broker’s API; UNKNOWN until it was asked.'),
      cache: state('cache', 'DEGRADED while writes wait in memory.'),
      browser: state('browser', 'Whether a Chromium was found; when asked thoroughly, whether it starts.'),
      config: state('config', 'The API apps as they are configured here and known to the broker’s dialog.'),
      clock: state('clock', 'This machine’s clock beside the broker’s; UNKNOWN unless asked thoroughly.'),
      disk: state('disk', 'The room that is left beside the database.'),
      findings: t.expose('findings', {
        type: [FindingRef],
        description: 'What to look at.',
      }),
      details: t.expose('details', {
        type: [HealthDetailRef],
        description: 'What was looked at; more of it when asked thoroughly.',
      }),
    };
  },
});

builder.queryField('systemHealth', (t) =>
  t.field({
    allow: READERS,
    type: SystemHealthRef,
    description: 'How the system is.',
    args: {
      thorough: t.arg.boolean({
        description:
          'Also starts and closes a browser and compares the clocks; takes some seconds and spends no OTP. Default false.',
      }),
    },
    resolve: (_root, { thorough }, { services }) => services.readSystemHealth(thorough ?? false),
  }),
);
