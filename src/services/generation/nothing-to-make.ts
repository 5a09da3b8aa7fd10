import type { TokenCheck } from '../../domain/token/verdict.ts';

/** There is no token to make, and the request wants no empty run. */
export class NothingToMake extends Error {
  readonly checks: readonly TokenCheck[];

  constructor(checks: readonly TokenCheck[]) {
    super('There is no token to make.');
    this.name = 'NothingToMake';
    this.checks = checks;
  }
}
