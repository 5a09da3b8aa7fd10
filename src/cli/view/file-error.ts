/** What the system refuses, by its code. */
const REASONS: Readonly<Record<string, readonly [reason: string, nextAction: string]>> = {
  EACCES: ['this user may not', 'Run it as the user whom the folder belongs to, or in a folder of your own.'],
  EPERM: ['this user may not', 'Run it as the user whom the folder belongs to, or in a folder of your own.'],
  EROFS: ['it can only be read', 'Run it in a folder that can be written to.'],
  ENOSPC: ['the disk is full', 'Make space on the disk, and run it again.'],
  EDQUOT: ['your share of the disk is full', 'Make space on the disk, and run it again.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Correct the path, or move the file away.'],
  EEXIST: ['a file is in its place', 'Move that file away, and run it again.'],
  EISDIR: ['it is a folder, not a file', 'Correct the path, or move the folder away.'],
  EMFILE: ['this process has too many files open', 'Allow more with `ulimit -n`, and run it again.'],
  ENFILE: ['this machine has too many files open', 'End programs that are not needed, and run it again.'],
};

/** What the system has refused of a file, and what to do; null for any other error. */
export const fileErrorOf = (
  error: unknown,
): { readonly message: string; readonly nextAction: string } | null => {
  if (!(error instanceof Error)) return null;
  const { code = '', path = '', syscall = '' } = error as NodeJS.ErrnoException;
  const [reason, nextAction] = REASONS[code] ?? [];
  if (reason === undefined || nextAction === undefined || path === '') return null;
  return { message: `${path} cannot be used: ${reason} (${syscall} ${code}).`, nextAction };
};
