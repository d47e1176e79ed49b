import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { contentOf, type StorableItem } from '../../src/server/messages/stored-content.ts';

const FROM_ANA = { chat: { id: 'c-1' }, person: { id: 'p-1', name: 'Ana' }, atMs: 1 };

const FILE = {
  kind: 'picture' as const,
  media: { ref: { fileId: 'secret-ref' }, fileName: 'a.png', type: 'image/png', bytes: 5 },
  text: 'caption',
};

function message(
  more: Partial<Extract<ReceivedItem, { event: 'message' }>>,
): Extract<StorableItem, { event: 'message' }> {
  const content = { kind: 'text' as const, text: 'Oi' };
  return { event: 'message', messageId: 'm-1', ...FROM_ANA, content, ...more };
}

describe('what is stored of an event', () => {
  test('a text is its words and nothing of the person', () => {
    expect(contentOf(message({}))).toEqual({ content: { content: { kind: 'text', text: 'Oi' } } });
  });

  test('a quote and staff’s own writing are kept with it', () => {
    const { content } = contentOf(message({ replyTo: 'm-0', isFromStaff: true }));
    expect(content).toMatchObject({ replyTo: 'm-0', isFromStaff: true });
    expect(contentOf(message({ isFromStaff: false })).content).not.toHaveProperty('isFromStaff');
  });

  test('a file is taken apart: its description here, what opens it there', () => {
    const { content, media } = contentOf(message({ content: FILE }));
    expect(media).toEqual({ ref: { fileId: 'secret-ref' } });
    expect(content.content).toEqual({
      kind: 'picture',
      text: 'caption',
      media: { fileName: 'a.png', type: 'image/png', bytes: 5 },
    });
    expect(JSON.stringify(content)).not.toContain('secret-ref');
  });

  test('an edit names its message, and may bring another file', () => {
    const edit = { event: 'edit', messageId: 'm-1', editId: 'e-1', ...FROM_ANA } as const;
    const { content, media } = contentOf({ ...edit, content: FILE });
    expect(content.target).toBe('m-1');
    expect(media).toEqual({ ref: { fileId: 'secret-ref' } });
  });

  test('a deletion leaves a mark in place of its message', () => {
    expect(contentOf({ event: 'delete', messageId: 'm-1', ...FROM_ANA })).toEqual({
      content: { content: { kind: 'placeholder', what: 'deleted' }, target: 'm-1' },
    });
  });

  test.each(['👍', null])('a reaction of %j names its message', (emoji) => {
    const reaction = { event: 'reaction', messageId: 'm-1', reactionId: 'r-1', emoji } as const;
    expect(contentOf({ ...reaction, ...FROM_ANA })).toEqual({ content: { target: 'm-1', emoji } });
  });

  test('survives being written down and read again', () => {
    for (const content of [FILE, { kind: 'location', lat: 1.5, lon: -2 } as const]) {
      const stored = contentOf(message({ content }));
      expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
    }
  });

  test('changes nothing of the event', () => {
    const item = message({ content: FILE });
    const before = JSON.stringify(item);
    contentOf(item);
    expect(JSON.stringify(item)).toBe(before);
  });
});
