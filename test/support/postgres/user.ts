import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Where a server's folder may lie, and whose it is. Null: of whoever runs the tests. */
interface Home {
  readonly folder: string;
  readonly user: User | null;
}

/** PostgreSQL refuses to run as root, who gives the folder to another user. */
export const homeOf = (): Home => {
  if (process.getuid?.() !== 0) return { folder: realpathSync(tmpdir()), user: null };
  const user = userNamed('postgres') ?? userNamed('nobody');
  const folder = [tmpdir(), '/tmp', '/var/tmp'].find(isOpenToAll);
  if (user === null || folder === undefined)
    throw new Error('PostgreSQL does not run as root: run the tests as another user.');
  return { folder: realpathSync(folder), user };
};

const userNamed = (name: string): User | null => {
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([each]) => each === name) ?? [];
  return uid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
};

/** Whether every user may enter the folder and those above it. */
const isOpenToAll = (folder: string): boolean => {
  if (!existsSync(folder)) return false;
  const above = path.dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || isOpenToAll(above));
};
