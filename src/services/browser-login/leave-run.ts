/** What a run waits for takes so long that it is carried on later, perhaps by another machine. */
export class LeaveRun extends Error {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`The run is carried on in ${Math.ceil(milliseconds / 1000)} s.`);
    this.name = 'LeaveRun';
    this.milliseconds = milliseconds;
  }
}
