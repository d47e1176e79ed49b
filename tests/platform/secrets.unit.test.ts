import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CannotUnseal, Secrets } from '../../src/server/platform/database/secrets.ts';

const oldKey = { id: 'old', key: randomBytes(32) };
const newKey = { id: 'new', key: randomBytes(32) };
const here = 'grants:31263018:access_token' as const;

describe('sealed values', () => {
  it('open again in the place they were sealed for', () => {
    const secrets = new Secrets([newKey]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (plain) => {
        expect(secrets.unseal(secrets.seal(plain, here), here)).toBe(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not open in another table, row or column', () => {
    const secrets = new Secrets([newKey]);
    const sealed = secrets.seal('token', here);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (table, row, column) => {
        const elsewhere = `${table}:${row}:${column}` as const;
        fc.pre(elsewhere !== here);
        expect(() => secrets.unseal(sealed, elsewhere)).toThrow(CannotUnseal);
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not open after any one character was changed', () => {
    const secrets = new Secrets([newKey]);
    const sealed = secrets.seal('a token worth stealing', here);
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'Q' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      const opened = (() => {
        try {
          return secrets.unseal(changed, here);
        } catch (error) {
          return error;
        }
      })();
      // The last character of a base64url group has unused bits: the same bytes may be spelled twice.
      if (!(opened instanceof CannotUnseal)) expect(opened).toBe('a token worth stealing');
    }
  });

  it('never look alike, even for the same text', () => {
    const secrets = new Secrets([newKey]);
    expect(secrets.seal('token', here)).not.toBe(secrets.seal('token', here));
  });

  it('stay readable after a new key was put first, and are marked for sealing again', () => {
    const sealed = new Secrets([oldKey]).seal('token', here);
    const rotated = new Secrets([newKey, oldKey]);
    expect(rotated.unseal(sealed, here)).toBe('token');
    expect(rotated.isStale(sealed)).toBe(true);
    expect(rotated.isStale(rotated.seal('token', here))).toBe(false);
  });

  it('name the missing key, and nothing of the value, when the key is gone', () => {
    const sealed = new Secrets([oldKey]).seal('token', here);
    expect(() => new Secrets([newKey]).unseal(sealed, here)).toThrow(
      'A stored secret cannot be opened: SECRET_KEYS has no key named "old".',
    );
  });

  it('are refused when they are not sealed values at all', () => {
    const secrets = new Secrets([newKey]);
    for (const text of [
      '',
      'token',
      'v2.new.AAAA.AAAA',
      'v1.new.AAAA',
      'v1.new.AAAA.AAAA',
      'v1.new.AA.AA.AA',
    ]) {
      expect(() => secrets.unseal(text, here)).toThrow(CannotUnseal);
    }
  });
});
