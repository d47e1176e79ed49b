import { fewRandomBytes } from '../../src/server/platform/random-bytes.ts';

test('no bytes are given out twice, over many draws', () => {
  const seen = new Set(Array.from({ length: 5_000 }, () => fewRandomBytes(12).toString('hex')));
  expect(seen.size).toBe(5_000);
});

test('what was given out does not change with the next draw', () => {
  const bytes = fewRandomBytes(16);
  const before = bytes.toString('hex');
  for (let count = 0; count < 1_000; count += 1) fewRandomBytes(16);
  expect(bytes.toString('hex')).toBe(before);
});
