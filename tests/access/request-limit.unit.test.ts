import { AppError } from '../../src/server/platform/app-error.ts';
import { RequestLimit } from '../../src/server/platform/request-limit.ts';

function open(perSecond: number) {
  let now = 5_000;
  const limit = new RequestLimit(perSecond, () => now);
  return {
    limit,
    pass: (ms: number) => {
      now += ms;
    },
    /** @returns how many of so many requests were accepted */
    accepted: (accountId: number, count: number) => {
      let accepted = 0;
      for (let index = 0; index < count; index += 1) {
        try {
          limit.count(accountId);
          accepted += 1;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
        }
      }
      return accepted;
    },
  };
}

test('a few seconds’ worth may come at once, then so many a second', () => {
  const { accepted, pass } = open(20);
  expect(accepted(1, 500)).toBe(80);
  pass(1_000);
  expect(accepted(1, 500)).toBe(20);
  pass(100);
  expect(accepted(1, 500)).toBe(2);
  pass(60_000);
  expect(accepted(1, 500)).toBe(80);
});

test('an evenly spaced stream at the limit is never refused', () => {
  const { accepted, pass } = open(20);
  for (let index = 0; index < 1_000; index += 1) {
    expect(accepted(1, 1)).toBe(1);
    pass(50);
  }
});

test('accounts do not take each other’s turn', () => {
  const { accepted } = open(20);
  expect(accepted(1, 1_000)).toBe(80);
  expect(accepted(2, 10)).toBe(10);
});

test('the refusal says after how many seconds the next request is accepted', () => {
  const { limit, accepted, pass } = open(1);
  expect(accepted(1, 10)).toBe(4);
  expect(() => limit.count(1)).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
  pass(1_000);
  expect(accepted(1, 1)).toBe(1);
});

test('only the accounts of the last seconds are remembered', () => {
  const { limit, accepted, pass } = open(20);
  for (let accountId = 1; accountId <= 50_000; accountId += 1) {
    accepted(accountId, 1);
    if (accountId % 100 === 0) pass(100);
  }
  expect(limit.size).toBeLessThan(3_000);
});
