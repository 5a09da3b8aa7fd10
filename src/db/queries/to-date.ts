/** A column of milliseconds since the epoch, UTC. */
export const toDate = (milliseconds: number | null): Date | null =>
  milliseconds === null ? null : new Date(milliseconds);
