import { builder } from '../builder.ts';
import { OPERATORS } from './access-plugin.ts';

builder.mutationField('rotateMasterKey', (t) =>
  t.boolean({
    allow: OPERATORS,
    description:
      'Makes a new master key and seals every secret with it, in one transaction; then makes a backup, because older ones can be opened with the old key alone. True when that backup was made; false when it could not be: the rotation stands, so make one with backUpDatabase. With VEGA_MASTER_KEY, list the new key before the old one first; refused with MASTER_KEY_IS_GIVEN otherwise. Refused with DATABASE_UNAVAILABLE while the database cannot be written.',
    resolve: (_root, _args, { services }) => services.rotateMasterKey(),
  }),
);
