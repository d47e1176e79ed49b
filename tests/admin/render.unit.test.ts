import {
  counted,
  renderBytes,
  renderFacts,
  renderList,
  renderTable,
} from '../../src/server/admin/render.ts';

test('a table is as wide as what it holds, with numbers to the right', () => {
  const rows = [
    ['demo.kommo.com', 7, true],
    ['a', 1_234, false],
  ];
  expect(renderTable(['Host', 'Channels', 'Saved'], rows)).toBe(
    [
      'Host            Channels  Saved',
      'demo.kommo.com         7  yes',
      'a                   1234  no',
    ].join('\n'),
  );
});

test('what is not there is a dash, and a moment is to the second', () => {
  const at = new Date('2026-11-28T10:11:12.345Z');
  expect(
    renderFacts([
      ['At', at],
      ['Nothing', null],
      ['Empty', ''],
    ]),
  ).toBe('At       2026-11-28 10:11:12Z\nNothing  -\nEmpty    -');
});

test('what others wrote does not steer the terminal', () => {
  expect(renderTable(['Host'], [['\u001b[31mred\u202e\n']])).toBe('Host\n?[31mred??');
});

test('an empty list says so, and a cut one says that there is more', () => {
  expect(renderList(['A'], [], { none: 'Nothing.' })).toBe('Nothing.');
  expect(renderList(['A'], [['x']], { none: 'Nothing.', hasMore: true })).toBe(
    'A\nx\n\nThere are more: raise --limit.',
  );
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_536, '1.5 KB'],
  [5 * 1024 ** 3, '5.0 GB'],
])('%d bytes are %s', (bytes, text) => expect(renderBytes(bytes)).toBe(text));

test('one is one and two are several', () => {
  expect([counted(1, 'chat'), counted(2, 'chat')]).toEqual(['1 chat', '2 chats']);
});
