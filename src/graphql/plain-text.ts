import { z } from 'zod';
import { isPlainText } from '../domain/plain-text.ts';

/** The rule for every text that one client writes and others read: names, reasons, ids of apps, addresses. */
export const plainText = (name: string) =>
  z.string().refine(isPlainText, {
    message: `${name} should have no line breaks, control characters or bidirectional characters.`,
  });
