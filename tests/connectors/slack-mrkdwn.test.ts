import fc from 'fast-check';
import { emojiNameOf, emojiOf } from '../../src/server/connectors/slack/emoji.ts';
import { escaped, plainText } from '../../src/server/connectors/slack/mrkdwn.ts';

describe("Slack's text", () => {
  test.each([
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['&amp;lt;', '&lt;'],
    ['<@U012AB3CD>', '@U012AB3CD'],
    ['<@U012AB3CD|ana>', '@ana'],
    ['<#C123ABC456|general>', '#general'],
    ['<#C123ABC456>', '#C123ABC456'],
    ['<!here> <!channel> <!everyone>', '@here @channel @everyone'],
    ['<!subteam^SAZ94GDB8|@sales>', '@sales'],
    ['<!subteam^SAZ94GDB8>', '@subteam'],
    ['<!date^1392734382^{date_short}|18 Feb>', '18 Feb'],
    ['<https://shop.example>', 'https://shop.example'],
    ['<https://shop.example|>', 'https://shop.example'],
    ['<https://shop.example|the shop>', 'the shop (https://shop.example)'],
    ['<http://shop.example|shop.example>', 'shop.example'],
    ['<https://shop.example/?a=1&amp;b=2>', 'https://shop.example/?a=1&b=2'],
    ['<mailto:ana@shop.example|ana@shop.example>', 'ana@shop.example'],
    ['<tel:+34600111222|+34 600 111 222>', '+34 600 111 222'],
    ['<tel:+34600111222>', '+34600111222'],
    ['<>', ''],
    ['*bold* _it_ ~no~ `code`', '*bold* _it_ ~no~ `code`'],
    ['Hi :wave:, :+1::skin-tone-4: :flag-br:', 'Hi 👋, 👍🏽 🇧🇷'],
    [':party-parrot: at 10:100:50', ':party-parrot: at 10:100:50'],
    ['<https://shop.example/:wave:/>', 'https://shop.example/:wave:/'],
    ['a < b > c', 'a  b  c'],
    ['a < b', 'a < b'],
  ])('%j reads %j', (given, expected) => {
    expect(plainText(given)).toBe(expected);
  });

  test('reads as it was written, whatever was written', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('<', '>', '&', '|', '@', '!', '#', 'a', ';', 'amp', 'lt'),
      }),
    );
    fc.assert(
      fc.property(words, (text) => {
        // Names between colons are emoji, here as in Slack itself.
        const plain = text.replaceAll(':', '');
        expect(plainText(escaped(plain))).toBe(plain);
      }),
    );
  });

  test('cannot be made to call anybody or to link anywhere', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '!', 'here', '>', '&', '@U1') }),
        (text) => {
          expect(escaped(text)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        },
      ),
    );
  });

  test('is read in one pass, however it is made', () => {
    const unit = 200_000;
    for (const text of ['<', ':', '<|', ':a', '&', '<@', ':+1::skin-tone-', '&am']) {
      const startedAt = performance.now();
      plainText(text.repeat(unit / text.length));
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  });
});

describe('emoji', () => {
  test.each([
    ['+1', '👍'],
    ['thumbsup', '👍'],
    ['heart', '❤️'],
    ['thinking_face', '🤔'],
    ['face_with_rolling_eyes', '🙄'],
    ['flag-us', '🇺🇸'],
    ['hash', '#️⃣'],
    ['woman-shrugging', '🤷‍♀️'],
    ['+1::skin-tone-2', '👍🏻'],
    ['writing_hand::skin-tone-6', '✍🏿'],
    ['woman-shrugging::skin-tone-4', '🤷🏽‍♀️'],
    // There are no tea cups of many colours.
    ['tea::skin-tone-4', '🍵'],
  ])('%s is %s', (name, emoji) => {
    expect(emojiOf(name)).toBe(emoji);
  });

  test.each(['', 'party-parrot', 'constructor', '+1::skin-tone-7', '+1::party', ':+1:'])(
    '%j is none that everybody has',
    (name) => {
      expect(emojiOf(name)).toBeUndefined();
    },
  );

  test.each([
    ['👍', '+1'],
    ['❤', 'heart'],
    ['❤️', 'heart'],
    ['👍🏽', '+1::skin-tone-4'],
    ['🤷🏽‍♀️', 'woman-shrugging::skin-tone-4'],
    ['✍🏿', 'writing_hand::skin-tone-6'],
    ['x', undefined],
    ['', undefined],
    ['👍👍', undefined],
  ])('%s is called %s', (emoji, name) => {
    expect(emojiNameOf(emoji)).toBe(name);
  });

  test('have a name that leads back to them', () => {
    const faces = [...'😀😂🥰😎🤔😢😡🙏👏🔥🎉🥳🤝🫠💯✅❌⭐🌹☕'];
    for (const emoji of faces) expect(emojiOf(emojiNameOf(emoji) ?? '')).toBe(emoji);
  });
});
