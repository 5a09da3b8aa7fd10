import './scalars.ts';
import './account.ts';
import './events.ts';
import './system-health.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
