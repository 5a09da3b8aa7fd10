/** One end of a move, as messages and tombstones name it: never with a user or a password. */
export interface MovePlace {
  readonly engine: 'SQLITE' | 'POSTGRES';
  /** The path of a file, or the address of a database. */
  readonly name: string;
  /** The machine of a file; null for a server, whose address says it. */
  readonly machine: string | null;
}

export const isSamePlace = (one: MovePlace, other: MovePlace): boolean =>
  one.engine === other.engine && one.name === other.name && one.machine === other.machine;

export const placeText = ({ name, machine }: MovePlace): string =>
  machine === null ? name : `${name} on ${machine}`;
