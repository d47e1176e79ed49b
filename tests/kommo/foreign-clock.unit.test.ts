import fc from 'fast-check';
import { ForeignClock } from '../../src/server/kommo/rate/foreign-clock.ts';

/** The foreign clock shows this much less than ours. */
const OFFSET = 1_000_000;

test('one answer places the clock in the middle between question and answer', () => {
  const clock = new ForeignClock();
  clock.observe(1_000, 1_400, 1_100 - OFFSET);
  expect(clock.toOurs(5_000 - OFFSET)).toBe(5_100);
});

test('a quick answer corrects slow ones, before it and after it', () => {
  const clock = new ForeignClock();
  clock.observe(1_000, 1_400, 1_390 - OFFSET);
  clock.observe(2_000, 2_002, 2_001 - OFFSET);
  clock.observe(3_000, 3_900, 3_010 - OFFSET);
  expect(Math.abs(clock.toOurs(5_000 - OFFSET) - 5_000)).toBeLessThanOrEqual(1);
});

test('however late the answers are, the clock is never further off than half the quickest one', () => {
  const answer = fc.record({ before: fc.nat(500), after: fc.nat(500), pause: fc.nat(400) });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 50 }), (answers) => {
      const clock = new ForeignClock();
      let at = 0;
      for (const { before, after, pause } of answers) {
        clock.observe(at, at + before + after, at + before - OFFSET);
        at += before + after + pause;
      }
      const quickest = Math.min(...answers.map(({ before, after }) => before + after));
      expect(Math.abs(clock.toOurs(7 - OFFSET) - 7)).toBeLessThanOrEqual(quickest / 2);
    }),
  );
});

test('a clock that is set is followed from the next answer on', () => {
  const clock = new ForeignClock();
  clock.observe(1_000, 1_002, 1_001 - OFFSET);
  clock.observe(2_000, 2_002, 2_001 - OFFSET - 3_600_000);
  expect(clock.toOurs(5_000 - OFFSET - 3_600_000)).toBe(5_000);
});

test('what was learned a minute ago is forgotten, because clocks drift', () => {
  const clock = new ForeignClock();
  clock.observe(1_000, 1_000, 1_000 - OFFSET);
  clock.observe(70_000, 70_100, 70_000 - OFFSET);
  expect(clock.toOurs(80_000 - OFFSET)).toBe(80_050);
});
