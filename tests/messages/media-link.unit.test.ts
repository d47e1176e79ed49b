import { isOpenLink, mediaLink } from '../../src/server/messages/media/media-link.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { testConfig } from '../support/config.ts';

const OLD = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW = { id: 'new', key: Buffer.alloc(32, 2) };
const FOREIGN = { id: 'old', key: Buffer.alloc(32, 3) };

const DAY_MS = 24 * 3_600_000;
const STORED_AT = new Date('2026-02-03T04:05:06.789Z');
const MESSAGE = { id: '0197f0aa-0000-7000-8000-000000000001', storedAt: STORED_AT };

const config = testConfig(9, { MEDIA_LINK_DAYS: '7' });

function linkOf(keys = [OLD], message = MESSAGE): { id: string; e: string; s: string; url: URL } {
  const url = new URL(mediaLink({ config, secrets: new Secrets(keys) }, message));
  const { searchParams } = url;
  const [e = '', s = ''] = [searchParams.get('e') ?? '', searchParams.get('s') ?? ''];
  return { id: url.pathname.slice('/media/'.length), e, s, url };
}

function isOpen(
  link: { id: string; e: string; s: string },
  { keys = [OLD], at = STORED_AT }: { keys?: (typeof OLD)[]; at?: Date } = {},
): boolean {
  return isOpenLink({ secrets: new Secrets(keys), now: () => at }, link);
}

describe('a link to a file', () => {
  test('names the message, its end and a signature, at our own address', () => {
    const { url, id } = linkOf();
    expect(url.origin).toBe(config.publicUrl);
    expect(id).toBe(MESSAGE.id);
    expect([...url.searchParams.keys()]).toEqual(['e', 's']);
  });

  test('is the same every time it is made, so that a repeat says nothing new', () => {
    expect(linkOf().url.href).toBe(linkOf().url.href);
  });

  test('opens from the moment the message was stored until its days are over', () => {
    const link = linkOf();
    const end = Math.floor(STORED_AT.getTime() / 1000) * 1000 + 7 * DAY_MS;
    expect(Number(link.e) * 1000).toBe(end);
    expect(isOpen(link)).toBe(true);
    expect(isOpen(link, { at: new Date(end - 1) })).toBe(true);
    expect(isOpen(link, { at: new Date(end) })).toBe(false);
    expect(isOpen(link, { at: new Date(end + DAY_MS) })).toBe(false);
  });

  test('opens no other message', () => {
    const other = { ...MESSAGE, id: '0197f0aa-0000-7000-8000-000000000002' };
    expect(isOpen({ ...linkOf(), id: other.id })).toBe(false);
    expect(isOpen({ ...linkOf([OLD], other), id: MESSAGE.id })).toBe(false);
  });

  test('cannot be given a longer life', () => {
    const { e, ...link } = linkOf();
    for (const later of [`${Number(e) + 1}`, `${e}0`, `0${e}x`, '999999999999', '']) {
      expect([later, isOpen({ ...link, e: later })]).toEqual([later, false]);
    }
  });

  test.each(['-1', '1e12', ' 1770091506', '1770091506 ', '٣', '0x7fffffff', 'NaN', '1.5'])(
    'with the end %j is none',
    (e) => {
      // Not even under a signature that fits it.
      const s = new Secrets([OLD]).sign(`media\n${MESSAGE.id}\n${e}`);
      expect(isOpen({ id: MESSAGE.id, e, s })).toBe(false);
    },
  );

  test('is none with any letter of its signature changed, left out or added', () => {
    const link = linkOf();
    for (let at = 0; at < link.s.length; at += 1) {
      const other = link.s[at] === 'A' ? 'B' : 'A';
      const changed = link.s.slice(0, at) + other + link.s.slice(at + 1);
      const shorter = link.s.slice(0, at) + link.s.slice(at + 1);
      expect([at, isOpen({ ...link, s: changed })]).toEqual([at, false]);
      expect([at, isOpen({ ...link, s: shorter })]).toEqual([at, false]);
    }
    for (const s of [`${link.s}A`, `.${link.s}`, '', '.', 'old.', 'ø.ø', link.s.toLowerCase()]) {
      expect([s, isOpen({ ...link, s })]).toEqual([s, false]);
    }
  });

  test('is not open to a signature made for something else', () => {
    const secrets = new Secrets([OLD]);
    const { id, e } = linkOf();
    for (const text of [`media\n${id}${e}`, `media ${id} ${e}`, `${id}\n${e}`, `person ${id}`]) {
      expect([text, isOpen({ id, e, s: secrets.sign(text) })]).toEqual([text, false]);
    }
  });

  test('of an older key stays open while that key is still there, and new ones use the new key', () => {
    const before = linkOf([OLD]);
    expect(isOpen(before, { keys: [NEW, OLD] })).toBe(true);
    const after = linkOf([NEW, OLD]);
    expect(after.s).toMatch(/^new\./);
    expect(isOpen(after, { keys: [NEW] })).toBe(true);
    expect(isOpen(before, { keys: [NEW] })).toBe(false);
  });

  test('of another installation is none, though its key has the same name', () => {
    expect(isOpen(linkOf([FOREIGN]))).toBe(false);
  });

  test('says nothing of the key', () => {
    const { href } = linkOf().url;
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(href).not.toContain(OLD.key.toString(form).slice(0, 16));
    }
  });
});
