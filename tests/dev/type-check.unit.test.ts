import type { SourceFault } from '../../src/contract/development.ts';
import { TypeErrorReader } from '../../src/dev/type-check.ts';

/** What each run of the compiler has found in this output, which arrives in pieces of the given length. */
function runsOf(output: string, piece = output.length): SourceFault[][] {
  const runs: SourceFault[][] = [];
  const reader = new TypeErrorReader((faults) => runs.push(faults));
  for (let at = 0; at < output.length; at += piece) reader.read(output.slice(at, at + piece));
  return runs;
}

const FAULTY = `14:02:11 - Starting compilation in watch mode...

src/widget/app.ts(12,5): error TS2322: Type 'string' is not assignable to type 'View'.
  Types of property 'name' are incompatible.
src/widget/ui/Button.tsx(3,1): error TS6133: 'useId' is declared but its value is never read.

14:02:15 - Found 2 errors. Watching for file changes.
`;
const MENDED = `14:03:00 - File change detected. Starting incremental compilation...

14:03:01 - Found 0 errors. Watching for file changes.
`;

test('each run tells all that is wrong, and then that nothing is', () => {
  expect(runsOf(FAULTY + MENDED)).toEqual([
    [
      {
        kind: 'types',
        file: 'src/widget/app.ts',
        line: 12,
        column: 5,
        message:
          "TS2322: Type 'string' is not assignable to type 'View'.\nTypes of property 'name' are incompatible.",
      },
      expect.objectContaining({ file: 'src/widget/ui/Button.tsx', line: 3 }),
    ],
    [],
  ]);
});

test('output may be cut anywhere', () => {
  expect(runsOf(FAULTY + MENDED, 7)).toEqual(runsOf(FAULTY + MENDED));
});

test('one error is one, and an error without a file is about the configuration', () => {
  const output =
    "error TS5083: Cannot read file 'tsconfig.json'.\n14:02:15 - Found 1 error. Watching for file changes.\n";
  expect(runsOf(output)).toEqual([
    [
      expect.objectContaining({
        file: 'src/widget/tsconfig.json',
        message: expect.stringContaining('TS5083'),
      }),
    ],
  ]);
});
