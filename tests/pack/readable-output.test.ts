import { formatScript } from '../../src/pack/readable-output.ts';

test('a choice that the build has made is not shown, only what counts', () => {
  expect(formatScript('const a = false ? 0 : (b?.c ?? []);\n')).toBe('const a = b?.c ?? [];\n');
  expect(formatScript('const a = (false ? 0 : b).some(c);\n')).toBe('const a = b.some(c);\n');
  expect(formatScript('const a = true ? f(b) : 0;\n')).toBe('const a = f(b);\n');
});

test('a choice that is made when the script runs stays', () => {
  expect(formatScript('const a = b ? 0 : c;\n')).toBe('const a = b ? 0 : c;\n');
});
