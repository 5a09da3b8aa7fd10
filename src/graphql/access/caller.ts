import type { Caller } from '../../domain/account/access-key.ts';
import { builder } from '../builder.ts';
import { AccessRoleEnum } from './access-key.ts';
import { EVERYBODY } from './access-plugin.ts';

const CallerRef = builder.objectRef<Caller>('Caller').implement({
  description: 'Who asks.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the key or the browser’s session; opens nothing.' }),
    role: t.expose('role', { type: AccessRoleEnum, description: 'What the caller may do.' }),
  }),
});

builder.queryField('caller', (t) =>
  t.field({
    allow: EVERYBODY,
    type: CallerRef,
    description: 'Who asks, and what that caller may do.',
    resolve: (_root, _args, { caller }) => caller,
  }),
);
