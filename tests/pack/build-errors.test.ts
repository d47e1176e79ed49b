import { readBuildErrors } from '../../src/pack/build-errors.ts';
import { PROJECT } from '../../src/pack/project.ts';

test('an error of the compiler has its file, line and column', () => {
  const message = `[tsl] ERROR in ${PROJECT}/src/widget/app.ts(12,5)\n      \u001b[31mTS1005: ',' expected.\u001b[39m`;
  expect(readBuildErrors([{ message, moduleName: './src/widget/app.ts' }])).toEqual([
    {
      kind: 'build',
      file: 'src/widget/app.ts',
      line: 12,
      column: 5,
      message: "TS1005: ',' expected.",
    },
  ]);
});

test('an error of webpack has the module’s file, and columns count from one', () => {
  const message = `Module not found: Error: Can't resolve './none.ts' in '${PROJECT}/src/widget'\nresolve './none.ts' in …`;
  expect(
    readBuildErrors([{ message, moduleName: './src/widget/mount.tsx', loc: '6:0-27' }]),
  ).toEqual([
    {
      kind: 'build',
      file: 'src/widget/mount.tsx',
      line: 6,
      column: 1,
      message: expect.stringMatching(/^Module not found: Error: Can't resolve '\.\/none\.ts'/),
    },
  ]);
});

test('the same error of several parts is told once', () => {
  const error = { message: 'Module parse failed', moduleName: './src/widget/app.ts', loc: '1:0' };
  expect(readBuildErrors([error, { ...error }])).toHaveLength(1);
});

test('of a file that the compiler objects to, nothing else is told', () => {
  const moduleName = './src/widget/app.ts';
  const compiler = `[tsl] ERROR in ${PROJECT}/src/widget/app.ts(12,5)\n      TS1005: ',' expected.`;
  const faults = readBuildErrors([
    { message: 'Module parse failed: Unexpected token (9:1)', moduleName, loc: '9:1' },
    { message: compiler, moduleName },
  ]);
  expect(faults.map(({ line }) => line)).toEqual([12]);
});
