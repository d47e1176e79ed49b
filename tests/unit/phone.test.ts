import { phoneDigits } from '../../src/server/core/phone.ts';

test.each([
  ['+55 (11) 99999-8888', 'BR', '5511999998888'],
  ['5511999998888', 'US', '5511999998888'],
  ['0049 30 1234567', 'BR', '49301234567'],
  ['030 1234567', 'DE', '49301234567'],
  ['12025550123', 'US', '12025550123'],
])('%p in %s is %s', (typed, country, digits) => {
  expect(phoneDigits(typed, country)).toBe(digits);
});

test.each(['', '+', 'abc', '123', '+1234567890123456', '++4930123', '030 1234567'])(
  '%p is no number where no country completes it',
  (typed) => {
    expect(phoneDigits(typed, '')).toBeUndefined();
  },
);
