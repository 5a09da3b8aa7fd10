import { homedir, tmpdir } from 'node:os';

/** The user's home folder. Null where there is none: a container's user may have neither HOME nor an entry in passwd. */
export const homeOf = ({ HOME }: Readonly<Record<string, string | undefined>>): string | null => {
  if (HOME) return HOME;
  try {
    return homedir();
  } catch {
    return null;
  }
};

/** Playwright asks for a home folder while it is imported, and Chromium when it starts: without one it is the temporary folder. */
export const importPlaywright = (): Promise<typeof import('playwright')> => {
  if (homeOf(process.env) === null) process.env.HOME = tmpdir();
  return import('playwright');
};
