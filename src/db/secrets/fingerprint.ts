import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';

/** The first 12 hex digits of the SHA-256. Only for long random secrets: a PIN could be guessed from it. */
export const fingerprint = (secret: Secret): string =>
  createHash('sha256').update(secret.reveal()).digest('hex').slice(0, 12);
