import fc from 'fast-check';
import { hasDuplicateMembers } from '../../src/server/kommo/strict-json.ts';

test('members are found twice exactly when an object holds them twice', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (json) => {
      expect(hasDuplicateMembers(json)).toBe(false);
    }),
  );
  expect(hasDuplicateMembers('{"a":{"a":1},"b":[{"a":1},{"a":1}]}')).toBe(false);
  expect(hasDuplicateMembers('{"a":"a","b":"a:","c":"{\\"a\\":1,\\"a\\":1}"}')).toBe(false);
  expect(hasDuplicateMembers('{"a" : 1, "b": 2, "a"\n:3}')).toBe(true);
  expect(hasDuplicateMembers('[{"x":{"y":1,"\\u0079":2}}]')).toBe(true);
});
