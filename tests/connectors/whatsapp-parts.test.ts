import { numberedText } from '../../src/server/connectors/numbered-text.ts';
import { chatOf, jidOf, personIn } from '../../src/server/connectors/whatsapp/chat.ts';
import { bareMessageId } from '../../src/server/connectors/whatsapp/message-id.ts';
import { protoContent } from '../../src/server/connectors/whatsapp/proto-content.ts';
import { cardsIn } from '../../src/server/connectors/whatsapp/vcard.ts';

const LID = '777000111222333@lid';

describe('the id of a chat', () => {
  test.each([
    ['5511999990000@c.us', []],
    ['5511999990000@s.whatsapp.net', []],
    ['5511999990000:26@s.whatsapp.net', []],
    ['5511999990000@hosted', []],
    [LID, ['5511999990000@s.whatsapp.net']],
    ['777000111222333:5@lid', ['5511999990000:26@s.whatsapp.net']],
  ])('%s with %j is the number', (id, others) => {
    expect(chatOf(id, others)?.id).toBe('5511999990000');
  });

  test('has the hidden id as an alias where both are told', () => {
    expect(chatOf('5511999990000@c.us', [LID])).toEqual({ id: '5511999990000', aliases: [LID] });
    expect(chatOf('777000111222333@hosted.lid', [null, undefined, ''])).toEqual({
      id: LID,
      isAlias: true,
    });
  });

  test('of a Mexican mobile has both spellings', () => {
    expect(chatOf('5215512345678@c.us')?.aliases).toEqual(['525512345678']);
    expect(chatOf('525512345678@c.us')?.aliases).toEqual(['5215512345678']);
    expect(chatOf('5255123456@c.us')?.aliases).toBeUndefined();
  });

  test.each([
    ...['status@broadcast', '1698765432@broadcast', '120363000000000009@newsletter'],
    ...['0@c.us', '5511999990000', '@c.us', 'x@c.us', '5511999990000@c.us_x', '1@g.us', '1@bot'],
  ])('%s is none', (id) => {
    expect(chatOf(id)).toBeUndefined();
  });

  test.each(['120363000000000001@g.us', '5511999990000-1612345678@g.us'])(
    '%s is a group, and nothing else is told of it',
    (id) => {
      expect(chatOf(id, ['5511999990000@s.whatsapp.net'])).toEqual({ id, isGroup: true });
      expect(personIn({ id, isGroup: true }, 'Tea')).toEqual({ id: `group:${id}`, name: 'Tea' });
    },
  );

  test('leads back to what the servers call it', () => {
    expect(jidOf('5511999990000', 'c.us')).toBe('5511999990000@c.us');
    expect(jidOf('5511999990000', 's.whatsapp.net')).toBe('5511999990000@s.whatsapp.net');
    expect(jidOf(LID, 'c.us')).toBe(LID);
    expect(jidOf('5511999990000@c.us', 'c.us')).toBeUndefined();
  });

  test('of a person gives the number as it is dialled', () => {
    expect(personIn({ id: '5215512345678' }, ' \n')).toEqual({
      id: '5215512345678',
      name: '+525512345678',
      isNameless: true,
      phone: '+525512345678',
    });
  });
});

describe('the id of a message', () => {
  test.each([
    ['3EB0AA', '3EB0AA'],
    ['true_5511999990000@c.us_3EB0AA', '3EB0AA'],
    ['false_777000111222333@lid_3EB0AA', '3EB0AA'],
    ['false_120363000000000001@g.us_3EB0AA_5511999990000@c.us', '3EB0AA'],
    ['true_5511999990000@c.us_3EB0AA_out', '3EB0AA'],
    ['', undefined],
    [null, undefined],
    ['../x', undefined],
    ['true_5511999990000@c.us_', undefined],
    ['a b', undefined],
    ['x'.repeat(200), undefined],
  ])('%j is %j', (whole, bare) => {
    expect(bareMessageId(whole)).toBe(bare);
  });
});

describe('a vCard', () => {
  test('gives the number that WhatsApp knows, and the others below it', () => {
    const card = [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Silva;Bo;;;',
      'FN:Bo \\, da ',
      ' Silva',
      'ORG:Tea\\; Co',
      'TEL;type=HOME:11 3333-4444',
      'item1.TEL;type=CELL;waid=5511977776666:+55 11 97777-6666',
      'item1.X-ABLabel:Celular',
      'TEL:+55 (11) 96666-5555',
      'END:VCARD',
    ].join('\r\n');
    expect(cardsIn([card])).toEqual([
      { name: 'Bo , da Silva', phone: '+5511977776666', text: '11 3333-4444\n+5511966665555' },
    ]);
  });

  test('is read where several stand in one text, and where it has only parts of a name', () => {
    const two = ['Bo;A', 'Cy;B']
      .map((name) => `BEGIN:VCARD\nN:${name};;;\nTEL:+5511977776666\nEND:VCARD`)
      .join('\n');
    expect(cardsIn([two]).map(({ name }) => name)).toEqual(['A Bo', 'B Cy']);
  });

  test('without a number, or that is none, gives nothing', () => {
    expect(cardsIn(['BEGIN:VCARD\nFN:Bo\nEND:VCARD', '', 'x', 'TEL:+5511977776666'])).toEqual([]);
  });

  test('is read in no time, however odd', () => {
    const odd = [
      'BEGIN:VCARD\n'.repeat(20_000),
      `BEGIN:VCARD\nFN:${' '.repeat(200_000)}x\nTEL:1\nEND:VCARD`,
      `BEGIN:VCARD\n${'TEL:+5511977776666\n'.repeat(10_000)}END:VCARD`,
      `${';'.repeat(100_000)}:${'\\'.repeat(100_000)}`,
    ];
    const before = performance.now();
    for (const text of odd) cardsIn([text]);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe("a message in WhatsApp's own format", () => {
  test.each([null, undefined, 'x', 7, [], { base64: 'x' }, { senderKeyDistributionMessage: {} }])(
    'that is %j says nothing',
    (message) => {
      expect(protoContent(message)).toBeUndefined();
    },
  );

  test('in more envelopes than anybody makes is not followed for ever', () => {
    let message: object = { conversation: 'Oi' };
    for (let depth = 0; depth < 5_000; depth += 1) message = { ephemeralMessage: { message } };
    expect(() => protoContent(message)).not.toThrow();
  });

  test('of a kind that nobody knows is said to be one', () => {
    const unsupported = { kind: 'placeholder', what: 'unsupported' };
    expect(protoContent({ hologramMessage: {} })).toEqual(unsupported);
    // What a server does not know itself, it leaves out.
    expect(protoContent({})).toEqual(unsupported);
    expect(protoContent({ messageContextInfo: { deviceListMetadata: {} } })).toEqual(unsupported);
  });
});

describe('buttons as text', () => {
  test.each([
    ['Choose', [[{ text: 'Tea' }, { text: 'Mate' }]], 'Choose\n\n1. Tea\n2. Mate'],
    [undefined, [[{ text: 'Tea' }]], '1. Tea'],
    ['Look', [[{ text: 'Shop', url: 'https://s.example/' }]], 'Look\n\nShop: https://s.example/'],
    ['Look', [[{ text: '', url: 'https://s.example/' }]], 'Look\n\nhttps://s.example/'],
    ['Look', [[{ text: ' ' }], []], 'Look'],
    [' ', [], undefined],
    [undefined, undefined, undefined],
  ])('%j with %j', (text, buttons, expected) => {
    expect(numberedText(text, buttons)).toBe(expected);
  });
});
