import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';

/** The first letters of the SHA-256 of a long random secret; never use it for a PIN, which could be guessed back. */
export const fingerprint = (secret: Secret): string =>
  createHash('sha256').update(secret.reveal()).digest('hex').slice(0, 12);
