import {
  emulatedSources,
  numberedSources as numbered,
  sourcesIn,
} from '../support/emulator-sources.ts';

describe('what the sources API refuses', () => {
  const sources = emulatedSources();
  const { ask } = sources;

  test.each([
    ['no name', { external_id: 'a' }, 'FieldMissing', '0.name'],
    ['no external id', { name: 'A' }, 'FieldMissing', '0.external_id'],
    [
      'an external id that is a number',
      { name: 'A', external_id: 7 },
      'InvalidType',
      '0.external_id',
    ],
    ['37 characters', { name: 'A', external_id: 'x'.repeat(37) }, 'TooLong', '0.external_id'],
    ['other letters', { name: 'A', external_id: 'чат' }, 'InvalidFormat', '0.external_id'],
    [
      'an unknown pipeline',
      { name: 'A', external_id: 'a', pipeline_id: 7101 },
      'NotSupportedChoice',
      '0.pipeline_id',
    ],
    [
      'a default that is no boolean',
      { name: 'A', external_id: 'a', default: 1 },
      'InvalidType',
      '0.default',
    ],
    [
      'origin null',
      { name: 'A', external_id: 'a', origin_code: null },
      'InvalidType',
      '0.origin_code',
    ],
    [
      'origin of digits',
      { name: 'A', external_id: 'a', origin_code: '123' },
      'InvalidFormat',
      '0.origin_code',
    ],
    [
      'another service',
      { name: 'A', external_id: 'a', services: [{ type: 'sms' }] },
      'NotSupportedChoice',
      '0.services.0.type',
    ],
  ])('refuses %s, and names the field', async (_, item, code, path) => {
    const reply = await ask('POST', '', [item]);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json).toEqual({
      'validation-errors': [
        { request_id: '0', errors: [{ code, path, detail: expect.any(String) }] },
      ],
      title: 'Bad Request',
      type: 'https://httpstatus.es/400',
      status: 400,
      detail: 'Request validation failed',
    });
    expect((await ask('GET')).status).toBe(204);
  });

  test('refuses a batch as a whole when one item repeats an external id', async () => {
    const reply = await ask('POST', '', [...numbered(2), ...numbered(1)]);
    expect(reply.json).toMatchObject({
      'validation-errors': [{ request_id: '2', errors: [{ code: 'NotUnique' }] }],
    });
    expect((await ask('GET')).status).toBe(204);
  });

  test('takes 50 items at once and 100 sources in all', async () => {
    expect((await ask('POST', '', numbered(51))).status).toBe(400);
    expect((await ask('POST', '', numbered(50))).status).toBe(200);
    expect((await ask('POST', '', numbered(50, 50))).status).toBe(200);
    expect((await ask('POST', '', numbered(1, 100))).status).toBe(400);
    expect(sourcesIn(await ask('GET'))).toHaveLength(100);
  });

  test('takes 50 in all when told to', async () => {
    sources.emulator.setSwitches({ sourcesMax: 50 });
    await ask('POST', '', numbered(50));
    expect((await ask('POST', '', numbered(1, 50))).status).toBe(400);
  });

  test.each([['{}'], ['[]'], ['[1]'], ['no json']])('refuses the body %s', async (body) => {
    expect((await ask('POST', '', undefined, { body })).status).toBe(400);
  });
});
