import { randomBytes } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import { Vault } from './vault.ts';

/** Made anew by each process, and written nowhere. */
const vault = new Vault([{ id: 'memory', bytes: randomBytes(32) }]);
const PLACE = { table: 'memory', column: 'secret', row: '' };

/** A secret that is sealed in memory and opened at each use: a heap dump does not show it. */
export const sealedInMemory = (text: string): Secret => {
  const sealed = vault.seal(new Secret(text), PLACE);
  return new Secret(() => vault.open(sealed, PLACE).reveal());
};
