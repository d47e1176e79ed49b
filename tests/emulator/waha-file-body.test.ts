import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { BodyTooLarge, readFileBody } from '../../src/emulator/services/waha/file-body.ts';

const MOST = 10_000_000;

/** The text in pieces that end anywhere. */
async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('a body with a file in it', () => {
  test('is read as JSON reads it, and its file as it was, wherever the pieces end', async () => {
    const property = fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }),
      sizes,
      fc.boolean(),
      async (file, caption, cuts, isEscaped) => {
        const data = Buffer.from(file).toString('base64');
        const body = { a: 'data', file: { mimetype: 'a/b', data, filename: 'x' }, caption };
        const text = JSON.stringify(body, null, isEscaped ? 1 : 0);
        const written = isEscaped ? text.replaceAll('/', '\\/') : text;
        const read = await readFileBody(pieces(written, cuts), MOST);
        expect(read.fields).toEqual({ ...body, file: { ...body.file, data: '' } });
        expect(read.data).toMatchObject({
          size: file.length,
          sha256: createHash('sha256').update(file).digest('hex'),
          bytes: Buffer.from(file),
        });
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  test('may be anything at all and never throws', async () => {
    const property = fc.asyncProperty(fc.string(), sizes, async (text, cuts) => {
      const { data } = await readFileBody(pieces(text, cuts), MOST);
      expect(data === undefined || data.size >= 0).toBe(true);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test.each([
    ['nothing', ''],
    ['no object', '[1]'],
    ['cut', '{"file":{"data":"QUFB'],
  ])('that is %s has no fields', async (_what, text) => {
    expect((await readFileBody(pieces(text, [3]), MOST)).fields).toBeUndefined();
  });

  test.each([
    ['too long altogether', { file: { data: 'QUFB'.repeat(1_000) } }, 1_000],
    ['too long beside its file', { caption: 'x'.repeat(2_000_000), file: { data: '' } }, MOST],
  ])('that is %s is refused', async (_what, body, most) => {
    const reading = readFileBody(pieces(JSON.stringify(body), [65_536]), most);
    await expect(reading).rejects.toBeInstanceOf(BodyTooLarge);
  });
});
