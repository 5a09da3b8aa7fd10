/** The database cannot be used as it is. The message names the file and says what to do. */
export class DatabaseError extends Error {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.path = path;
  }
}
