/** A process, told apart from any other that gets its id after it: after a restart of the machine ids begin anew. */
export interface ProcessMark {
  readonly id: number;
  /** The machine's start, the process's container and its own start, as Linux tells them; null where nobody does. */
  readonly birth: string | null;
}
