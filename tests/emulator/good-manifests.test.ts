import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { judge } from './foreign-widget.ts';
import { GOOD_MANIFESTS, widgetOf } from './good-manifests.ts';

test.each(GOOD_MANIFESTS)('Kommo takes a manifest $kind', ({ content, warnings = [] }) => {
  const found = judge(widgetOf(content)).map(describeProblem);
  expect(found).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
  expect(found.filter((line) => line.startsWith('error'))).toEqual([]);
});
