/** What time it is. Handed in, so that a test can turn it by hand. */
export type Clock = () => Date;
