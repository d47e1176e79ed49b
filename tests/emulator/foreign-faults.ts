import { type Files, foreignWidget, judge } from './foreign-widget.ts';

export type Fault = [
  title: string,
  plant: (files: Files) => void,
  severity: 'error' | 'warning',
  /** `file` or `file:line`, and the place inside it. */
  where: RegExp,
  message: RegExp,
];

/** Plants each fault into a copy of a widget that has none: it is found once, and nothing beside it. */
export function testFaults(faults: readonly Fault[]): void {
  test.each(faults)('%s is found once, where it is', (_title, plant, severity, where, message) => {
    const files = foreignWidget();
    plant(files);
    const found = judge(files).map((problem) => ({
      severity: problem.severity,
      where: `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}${problem.place === undefined ? '' : ` ${problem.place}`}`,
      message: problem.message,
      source: problem.source,
    }));
    expect(found).toEqual([
      {
        severity,
        where: expect.stringMatching(where),
        message: expect.stringMatching(message),
        source: expect.stringMatching(/^https:\/\/(developers\.kommo\.com|www\.amocrm\.ru)\//),
      },
    ]);
  });
}
