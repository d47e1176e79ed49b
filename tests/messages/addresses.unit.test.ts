import fc from 'fast-check';
import {
  chatIdOf,
  conversationIdAtKommo,
  conversationRowId,
  kommoChatRowId,
  messageIdAtKommo,
  personIdAtKommo,
  serviceMessageIdOf,
} from '../../src/server/messages/addresses.ts';

const BOT = { connector: 'telegram', externalId: '7000000001' };
const OTHER_BOT = { connector: 'telegram', externalId: '7000000002' };
const LONGEST = 200;

describe('the ids Kommo knows us by', () => {
  test('are made of the service’s own, so that a bot that is connected again goes on in its chats', () => {
    expect(conversationIdAtKommo(BOT, '555')).toBe('telegram:7000000001:555');
    expect(messageIdAtKommo(BOT, '555.12')).toBe('telegram:7000000001:555.12');
    expect(personIdAtKommo(BOT, '555')).toBe('telegram:555');
  });

  test('tell two bots’ chats apart, and show one client of both as one person', () => {
    expect(conversationIdAtKommo(BOT, '555')).not.toBe(conversationIdAtKommo(OTHER_BOT, '555'));
    expect(personIdAtKommo(BOT, '555')).toBe(personIdAtKommo(OTHER_BOT, '555'));
  });

  test('are never longer than 200 characters, and those of long ids still differ', () => {
    const long = fc.string({ minLength: 1, maxLength: 255 });
    const property = fc.property(long, long, (one, other) => {
      for (const idOf of [conversationIdAtKommo, messageIdAtKommo, personIdAtKommo]) {
        const [first, second] = [idOf(BOT, one), idOf(BOT, other)];
        expect(first.length).toBeLessThanOrEqual(LONGEST);
        expect(idOf(BOT, one)).toBe(first);
        expect(first === second).toBe(one === other);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('of ids that differ in their last letter only differ, however long they are', () => {
    const ids = Array.from({ length: 50 }, (_, at) => `${'x'.repeat(250)}${at}`);
    const made = new Set(ids.map((id) => conversationIdAtKommo(BOT, id)));
    expect(made.size).toBe(ids.length);
  });

  test('are read back, and only by the account that made them', () => {
    const property = fc.property(fc.string({ minLength: 1, maxLength: 150 }), (id) => {
      expect(chatIdOf(BOT, conversationIdAtKommo(BOT, id))).toBe(id);
      expect(serviceMessageIdOf(BOT, messageIdAtKommo(BOT, id))).toBe(id);
      expect(chatIdOf(OTHER_BOT, conversationIdAtKommo(BOT, id))).toBeUndefined();
    });
    fc.assert(property);
    for (const foreign of ['', '555', 'telegram:7000000001', 'waha:7000000001:555', 'telegram:']) {
      expect([foreign, chatIdOf(BOT, foreign)]).toEqual([foreign, undefined]);
    }
  });
});

describe('our own rows of chats', () => {
  test('have the same id for the same chat, and another for every other', () => {
    const part = fc.string({ maxLength: 30 });
    const property = fc.property(part, part, part, part, (channel, chat, channel2, chat2) => {
      const id = conversationRowId(channel, chat);
      expect(conversationRowId(channel, chat)).toBe(id);
      expect(id).not.toBe(kommoChatRowId(channel, chat));
      const isSame = channel === channel2 && chat === chat2;
      expect(conversationRowId(channel2, chat2) === id).toBe(isSame);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('are not confused by where one part ends and the next begins', () => {
    expect(conversationRowId('ab', 'c')).not.toBe(conversationRowId('a', 'bc'));
    expect(conversationRowId('a","b', 'c')).not.toBe(conversationRowId('a', 'b","c'));
  });
});
