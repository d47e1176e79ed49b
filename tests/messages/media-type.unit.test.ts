import fc from 'fast-check';
import { servedType, typeOfName } from '../../src/server/messages/media/media-type.ts';
import { downloadHeader } from '../../src/server/platform/http/download-header.ts';

describe('the type of a file', () => {
  test.each([
    ['image/png', 'image/png'],
    ['IMAGE/JPEG', 'image/jpeg'],
    ['image/gif; charset=binary', 'image/gif'],
    ['audio/ogg; codecs=opus', 'audio/ogg'],
    ['video/mp4', 'video/mp4'],
    ['application/pdf', 'application/pdf'],
  ])('%s is served as %s', (given, served) => {
    expect(servedType(given, 'file')).toBe(served);
  });

  test.each([
    'text/html',
    'Text/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'audio/x+xml',
    'video/svg+xml',
    'text/xml',
    'application/xml',
    'application/rss+xml',
    'application/xslt+xml',
    'text/javascript',
    'application/javascript',
    'application/json',
    'text/css',
    'text/plain',
    'message/rfc822',
    'multipart/x-mixed-replace; boundary=x',
    'application/x-shockwave-flash',
    'application/wasm',
    'image/png, text/html',
    'image/png\r\nx-header: 1',
    'image/',
    'video/',
    '',
    'nonsense',
    '*/*',
  ])('%j is served as bytes, whatever the name says', (given) => {
    expect(servedType(given, 'photo.png')).toBe('application/octet-stream');
  });

  test.each(['page.html', 'page.HTM', 'drawing.svg', 'code.js', 'data.xml', 'mail.eml', 'noext'])(
    'that nobody says is that of the name; %s is served as bytes',
    (name) => {
      expect(servedType(undefined, name)).toBe('application/octet-stream');
    },
  );

  test('that nobody says is that of the name', () => {
    expect(servedType(undefined, 'prices.pdf')).toBe('application/pdf');
    expect(servedType(undefined, 'Photo.JPG')).toBe('image/jpeg');
    expect(typeOfName('voice.ogg')).toBe('audio/ogg');
    expect(typeOfName('what.is-this')).toBe('application/octet-stream');
  });

  test('is never one that a browser runs, and always one line', () => {
    const parts = fc.tuple(
      fc.constantFrom('image', 'video', 'audio', 'text', 'application', ' image', 'IMAGE'),
      fc.oneof(
        fc.constantFrom('svg+xml', 'html', 'xml', 'javascript', 'png', 'mp4', 'x\r\ny'),
        fc.string({ maxLength: 12 }),
      ),
      fc.constantFrom('', ';charset=utf-8', '; a=text/html'),
    );
    const property = fc.property(parts, ([type, subtype, rest]) => {
      const served = servedType(`${type}/${subtype}${rest}`, 'a');
      expect(served).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
      expect(served).not.toMatch(/[+]|^text|^image\/(?:svg|html|xml)/);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

describe('the name of a download', () => {
  test.each([
    ['prices.pdf', 'attachment; filename="prices.pdf"; filename*=UTF-8\'\'prices.pdf'],
    ['a b.txt', 'attachment; filename="a b.txt"; filename*=UTF-8\'\'a%20b.txt'],
    ['preço.pdf', 'attachment; filename="pre_o.pdf"; filename*=UTF-8\'\'pre%C3%A7o.pdf'],
    [
      "it's (1)*.txt",
      "attachment; filename=\"it's (1)*.txt\"; filename*=UTF-8''it%27s%20%281%29%2A.txt",
    ],
    ['', 'attachment; filename="file"; filename*=UTF-8\'\''],
  ])('%j is written as RFC 6266 wants it', (name, header) => {
    expect(downloadHeader(name)).toBe(header);
  });

  test.each([
    'a"; filename="b.html',
    'a\r\nset-cookie: x=1',
    '../../etc/passwd',
    'a\\b',
    '100%.txt',
    'a\0b',
  ])('%j breaks out of nothing', (name) => {
    const header = downloadHeader(name);
    expect(header).toMatch(/^attachment; filename="[^"\\%/]+"; filename\*=UTF-8''[\w.~!%-]*$/);
  });

  test('is a sound header for any name, and gives the name back', () => {
    const property = fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const header = downloadHeader(name);
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      expect(header.length).toBeLessThan(2100);
      const [, plain = '', exact = ''] =
        /^attachment; filename="([^"\\%/]*)"; filename\*=UTF-8''([\w.~!%-]*)$/.exec(header) ?? [];
      expect(plain).not.toBe('');
      const cut = name.slice(0, 150);
      expect(decodeURIComponent(exact).slice(0, 149)).toBe(cut.toWellFormed().slice(0, 149));
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
