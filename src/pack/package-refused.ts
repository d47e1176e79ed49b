import { describeProblem, type WidgetProblem } from '../emulator/upload/problem.ts';

/** Kommo would reject the package; `faults` says why, each with its file and line. */
export class PackageRefused extends Error {
  readonly faults: readonly WidgetProblem[];

  constructor(faults: readonly WidgetProblem[]) {
    super(
      `Kommo would refuse the package:\n${faults.map((fault) => `  ${describeProblem(fault)}`).join('\n')}`,
    );
    this.name = 'PackageRefused';
    this.faults = faults;
  }
}
