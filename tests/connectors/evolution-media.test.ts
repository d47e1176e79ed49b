import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { Base64Member, NotBase64 } from '../../src/server/connectors/evolution/base64-member.ts';
import { evolutionMessages } from '../../src/server/connectors/evolution/carrier.ts';
import { EvolutionClient } from '../../src/server/connectors/evolution/client.ts';
import { API_KEY, type EvolutionApi, refusal, startEvolutionApi } from './support/evolution-api.ts';
import { INSTANCE } from './support/evolution-events.ts';
import { FILE_CONTENT } from './support/held-file.ts';
import { createTools, type TestTools } from './support/tools.ts';

/** Reads JSON that comes in pieces which end at these places. */
function read(json: string, borders: readonly number[] = []): Buffer | undefined {
  const bytes = Buffer.from(json);
  const ends = [
    ...new Set([...borders.map((border) => border % (bytes.length + 1)), bytes.length]),
  ];
  const member = new Base64Member('base64');
  const out: Buffer[] = [];
  let from = 0;
  for (const end of ends.sort((one, other) => one - other)) {
    out.push(member.push(bytes.subarray(from, end)));
    from = end;
  }
  member.finish();
  return member.isFound ? Buffer.concat(out) : undefined;
}

describe('a file as base64 within JSON', () => {
  const borders = fc.array(fc.nat(), { maxLength: 30 });
  const content = fc.uint8Array({ maxLength: 400 });

  test('is read wherever the JSON is cut, whatever else is in it', () => {
    const others = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    const property = fc.property(content, others, others, borders, (bytes, before, after, cuts) => {
      const base64 = Buffer.from(bytes).toString('base64');
      const { base64: _one, ...head } = before;
      const { base64: _other, ...tail } = after;
      const json = JSON.stringify({ ...head, base64, ...tail });
      expect(read(json, cuts)?.equals(bytes)).toBe(true);
      expect(read(JSON.stringify(JSON.parse(json), null, 2), cuts)?.equals(bytes)).toBe(true);
    });
    fc.assert(property, { numRuns: 150 });
  });

  test('is read one byte at a time', () => {
    const json = JSON.stringify({ size: { base64: 'AAAA' }, base64: 'aGVsbG8=', buffer: null });
    expect(
      read(
        json,
        [...json].map((_letter, at) => at),
      )?.toString(),
    ).toBe('hello');
  });

  test('is not looked for in texts, in names that only begin so, or deeper down', () => {
    const decoys = {
      'base64"': 'QUFB',
      base: 'QUFB',
      base640: 'QUFB',
      'x\\': '"base64":"QUFB"',
      caption: '{"base64":"QUFB"}',
      size: { base64: 'QUFB' },
      list: [{ base64: 'QUFB' }, 'base64', 'QUFB'],
    };
    expect(read(JSON.stringify(decoys))).toBeUndefined();
    expect(read(JSON.stringify({ ...decoys, base64: 'QkJC' }))?.toString()).toBe('BBB');
  });

  test.each(['null', '42', '"base64"', '[]', '{"base64":null}', '{"base64":{"a":"QUJD"}}', ''])(
    'may be missing: %s',
    (json) => {
      expect(read(json)).toBeUndefined();
    },
  );

  test.each([
    '{"base64":"QUJD',
    '{"base64":"QUJDR"}',
    '{"base64":"QU=DRA=="}',
    '{"base64":"QUJD\\nREVG"}',
    '{"base64":"QU JD"}',
    '{"base64":"%%%%"}',
  ])('is refused when it is cut or is none: %s', (json) => {
    expect(() => read(json)).toThrow(NotBase64);
    expect(() => read(json, [14])).toThrow(NotBase64);
  });

  test('never gives other bytes than were meant, whatever is spoiled', () => {
    const whole = JSON.stringify({ base64: FILE_CONTENT.toString('base64') });
    const property = fc.property(fc.nat(whole.length - 1), borders, (at, cuts) => {
      let given: Buffer | undefined;
      try {
        given = read(whole.slice(0, at), cuts);
      } catch (error) {
        expect(error).toBeInstanceOf(NotBase64);
        return;
      }
      // Only the closing brace may be missing.
      if (given !== undefined) expect(given.equals(FILE_CONTENT)).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("a client's file", () => {
  const PATH = '/chat/getBase64FromMediaMessage';
  const ref = { messageId: '3EB0FILE' };
  let api: EvolutionApi;
  let tools: TestTools;
  let carrier: ReturnType<typeof evolutionMessages>;

  beforeEach(async () => {
    api = await startEvolutionApi();
    tools = createTools('evolution');
    const server = { url: `http://127.0.0.1:${api.port}`, apiKey: API_KEY };
    carrier = evolutionMessages(server, new EvolutionClient(server), 0);
  });
  afterEach(async () => {
    await tools.close();
    await api.close();
  });

  const open = (session = INSTANCE) => carrier.openMedia(tools, { session }, ref);

  test('is asked for by the id of its message', async () => {
    const { body } = await open();
    expect((await buffer(body)).equals(FILE_CONTENT)).toBe(true);
    expect(api.calls).toEqual([
      { path: PATH, json: { message: { key: { id: '3EB0FILE' } }, convertToMp4: false } },
    ]);
  });

  test('may be given up before it is read', async () => {
    const { body } = await open();
    body.destroy();
    await pause(0);
    expect(body.destroyed).toBe(true);
  });

  test.each<[string, { status: number; json: unknown }, string]>([
    ['a message it has not kept', refusal(400, ['Message not found']), 'rejected'],
    ['no file', { status: 201, json: null }, 'rejected'],
    ['another shape', { status: 201, json: { base64: null } }, 'rejected'],
    ['a connection that is closed', refusal(400, ['Error: Connection Closed']), 'unavailable'],
    ['the same otherwise', refusal(500, 'Connection Closed'), 'unavailable'],
    ['its own trouble', refusal(500, 'x'), 'unavailable'],
    ['a refused key', { status: 401, json: {} }, 'misconfigured'],
    ['another server', { status: 403, json: {} }, 'misconfigured'],
    ['too many requests', { status: 429, json: {} }, 'rate_limited'],
    ['no base64', { status: 201, json: { base64: '%%%%%%%%' } }, 'unavailable'],
  ])('fails as %s', async (_what, answer, failure) => {
    api.say(PATH, answer);
    await expect(open().then(({ body }) => buffer(body))).rejects.toMatchObject({ failure });
  });

  test('ends the channel when the instance is gone', async () => {
    await expect(open('kommo-gone')).rejects.toMatchObject({ failure: 'reauthorize' });
  });
});
