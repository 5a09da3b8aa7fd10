import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Made anew by each process, and written nowhere. */
const key = randomBytes(32);

/** A secret that lies sealed in memory and is opened at each use: a look into the heap shows nothing of it. */
export const sealedInMemory = (text: string): Secret => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return new Secret(() => open(sealed));
};

const open = (sealed: Buffer): string => {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, end)), decipher.final()]).toString('utf8');
};
