import { checkOwnStyles } from '../../src/pack/own-styles.ts';

function messages(source: string): string[] {
  return checkOwnStyles('style.css', source).map(({ line, message }) => `${line}: ${message}`);
}

test.each([
  ['an element', 'button { color: red }', '1: "button" is a global selector'],
  ['Kommo’s own class', '.button-input { color: red }', '1: ".button-input" is a global selector'],
  ['the root of the page', ':root { --x: 1 }', '1: ":root" is a global selector'],
  ['everything', '* { margin: 0 }', '1: "*" is a global selector'],
  ['one of several', '.chat-connector a,\nb { color: red }', '1: "b" is a global selector'],
  ['a class that only begins alike', '.chat-connectors { color: red }', '1: ".chat-connectors" is'],
  ['ours as a descendant only', 'body .chat-connector {}', '1: "body .chat-connector" is a global'],
  ['inside @media', '@media print {\n  p { color: red }\n}', '2: "p" is a global selector'],
  ['after a comment', '/* {\n} */\np { color: red }', '3: "p" is a global selector'],
  [
    'a keyframe name',
    '@keyframes spin { to { rotate: 1turn } }',
    '1: @keyframes spin: the name is',
  ],
  ['@import', '@import "https://fonts.example/x.css";', '1: @import fetches'],
  ['@font-face', '@font-face { font-family: x }', '1: @font-face reaches the whole page'],
  ['an unclosed block', '.chat-connector { color: red', '1: is not CSS: Unclosed block'],
])('%s is refused', (_, source, message) => {
  expect(messages(source)).toContainEqual(expect.stringContaining(message));
});

test.each([
  ['the root class', '.chat-connector { color: red }'],
  ['a class of ours', '.chat-connector__list > li:not(:last-child) { margin: 0 }'],
  ['a list inside brackets', '.chat-connector :is(a, button):hover { color: red }'],
  ['the dark theme', 'html[data-color-scheme="dark"] .chat-connector { color: white }'],
  [
    'the dark theme of the root',
    ":root[data-color-scheme='dark'] .chat-connector { color: white }",
  ],
  ['@media', '@media (max-width: 40em) { .chat-connector p { margin: 0 } }'],
  [
    'a keyframe of ours',
    '@keyframes chat-connector-spin { from { rotate: 0 } to { rotate: 1turn } }',
  ],
  ['nested rules', '.chat-connector { & p { margin: 0 } a:hover { color: red } }'],
  ['braces in a text', '.chat-connector::after { content: "{"; }'],
])('%s is allowed', (_, source) => {
  expect(messages(source)).toEqual([]);
});
