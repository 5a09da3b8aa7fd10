import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Ends the output with `N passed, N failed, N skipped`, which `.ci/run` reads; a run of nothing is a failure. */
// biome-ignore lint/style/noDefaultExport: vitest takes a custom reporter from the default export only
export default class ClosingLineReporter implements Reporter {
  readonly #count = { passed: 0, failed: 0, skipped: 0 };

  // Printed on exit, because vitest itself still has things to say after `onTestRunEnd`, or never gets there.
  onInit(): void {
    process.once('exit', () => {
      const { passed, failed, skipped } = this.#count;
      process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
      if (passed === 0 || failed > 0) process.exitCode ||= 1;
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const states = tests.map((test) => test.result().state);
    const count = (state: string) => states.filter((each) => each === state).length;

    this.#count.passed = count('passed');
    this.#count.skipped = count('skipped');
    // A test that is still pending when the run ends never finished.
    this.#count.failed =
      count('failed') +
      count('pending') +
      suites.reduce((sum, suite) => sum + suite.errors().length, 0) +
      unhandledErrors.length;
  }
}
