import { failureOf, pauseSeconds } from '../../src/server/kommo/answers.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

describe('the pause a 429 asks for', () => {
  test.each([
    [300, undefined, 300],
    ['300', undefined, 300],
    [undefined, '7', 7],
    [undefined, 'Sun, 22 Nov 2026 10:00:30 GMT', 30],
    [2, '7', 2],
    [0.2, undefined, 1],
    [0, undefined, 1],
    [-5, undefined, 1],
    [undefined, 'Sun, 22 Nov 2020 10:00:30 GMT', 1],
    [315_360_000, undefined, 900],
    ['1e9', '12', 12],
    [undefined, 'Sun, 22 Nov 2036 10:00:30 GMT', 900],
    [undefined, undefined, 5],
    [undefined, '', 5],
    ['soon', 'later', 5],
    [Number.NaN, undefined, 5],
  ])('of %j in the body and %j in the header is %i s', (body, header, seconds) => {
    expect(pauseSeconds(body, header, NOW)).toBe(seconds);
  });
});

describe('what Kommo says is wrong', () => {
  const failure = (body: unknown) =>
    failureOf({ status: 400, headers: {}, body: JSON.stringify(body) }, 'rest', () => NOW);

  test('is read from a validation error', () => {
    expect(
      failure({
        'validation-errors': [
          {
            request_id: '0',
            errors: [{ code: 'NotSupportedChoice', path: '0.name', detail: 'No' }],
          },
        ],
        status: 400,
      })?.fields,
    ).toEqual([{ code: 'NotSupportedChoice', path: '0.name', reason: 'No' }]);
  });

  test('is read from a batch’s errors, where one object stands for the list', () => {
    expect(
      failure({
        errors: [
          { request_id: '0', errors: { code: 'EntityNotFound', path: 'id', detail: 'not found' } },
        ],
      })?.fields,
    ).toEqual([{ code: 'EntityNotFound', path: 'id', reason: 'not found' }]);
  });

  test.each([
    [{ errors: 'x' }],
    [{ errors: [1] }],
    [{ errors: { a: 1 } }],
    [{ 'validation-errors': [{ errors: 7 }] }],
    [[]],
    ['x'],
    [null],
  ])('is nothing when it reads %j', (body) => {
    const error = failure(body);
    expect(error?.kind).toBe('rejected');
    expect(error?.fields).toBeUndefined();
  });

  test('is cut to a length that can be shown', () => {
    const long = 'x'.repeat(5_000);
    const many = Array.from({ length: 500 }, () => ({ code: long, path: long, detail: long }));
    const fields = failure({ 'validation-errors': [{ errors: many }] })?.fields;
    expect(fields).toHaveLength(100);
    expect(JSON.stringify(fields).length).toBeLessThan(70_000);
  });
});
