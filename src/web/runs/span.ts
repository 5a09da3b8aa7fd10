/** A part of the time axis, in milliseconds; a wait is hatched. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'work' | 'wait' | 'failed' | 'cooldown';
}
