import fc from 'fast-check';
import { firstRowIdOf, newRowId, rowIdOf } from '../../src/server/platform/database/row-id.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('ids of new rows', () => {
  test('are UUIDs of version 7 that begin with their moment', () => {
    const property = fc.property(moment, (ms) => {
      const id = newRowId(ms);
      expect(id).toMatch(V7);
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
    });
    fc.assert(property);
  });

  test('are never the same, not even in one moment', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newRowId(1)));
    expect(ids.size).toBe(10_000);
  });

  test('grow within a moment, so that what was stored later comes later', () => {
    const ids = Array.from({ length: 4_000 }, () => newRowId(2));
    expect(ids).toEqual(ids.toSorted());
  });

  test('lie between the bounds of their moment, so that age is a range of ids', () => {
    const property = fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), (ms) => {
      const id = newRowId(ms);
      expect(firstRowIdOf(new Date(Math.min(ms, 8.64e15))) <= id).toBe(true);
      expect(id < firstRowIdOf(new Date(ms + 1))).toBe(true);
    });
    fc.assert(property);
  });

  test('begin nowhere before 1970', () => {
    expect(firstRowIdOf(new Date(-1))).toBe(firstRowIdOf(new Date(0)));
  });
});

describe('ids made of what is known', () => {
  test('are UUIDs of version 8, the same for the same parts and different otherwise', () => {
    const parts = fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 });
    const property = fc.property(parts, parts, (one, other) => {
      const id = rowIdOf(...one);
      expect(id).toMatch(V8);
      expect(rowIdOf(...one)).toBe(id);
      expect(rowIdOf(...other) === id).toBe(JSON.stringify(one) === JSON.stringify(other));
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('are not confused by where a part ends', () => {
    expect(rowIdOf('ab', 'c')).not.toBe(rowIdOf('a', 'bc'));
    expect(rowIdOf('a')).not.toBe(rowIdOf('a', ''));
  });
});
