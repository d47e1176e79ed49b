import { emojiOf } from './emoji.ts';

/**
 * What Slack writes between angle brackets, and the names of emoji. Both alternatives are bounded, so that a text is
 * read in one pass. A number before a colon makes a time of day and no emoji.
 */
const MARKUP = /<([^<>]*)>|(?<!\d):([a-z0-9_+-]{1,60}(?:::skin-tone-[2-6])?):/g;

const ENTITY = /&(amp|lt|gt);/g;
const CHARACTERS: Record<string, string> = { amp: '&', lt: '<', gt: '>' };

/** How links begin whose address is better read without it. */
const SILENT_SCHEME = /^(?:mailto|tel):/;

/**
 * Slack's text as a person reads it. Marks such as `*bold*` stay: nobody can tell them from what was typed.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function plainText(text: string): string {
  return text
    .replace(MARKUP, (all: string, inside: string | undefined, emoji: string | undefined) =>
      emoji === undefined ? referenceText(inside ?? '') : (emojiOf(emoji) ?? all),
    )
    .replace(ENTITY, (_all, name: string) => CHARACTERS[name] ?? '');
}

/**
 * A text that Slack shows as it is: without this, `<` could begin a link or call a whole workspace.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function referenceText(inside: string): string {
  const bar = inside.indexOf('|');
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? '' : inside.slice(bar + 1).trim();
  switch (target[0]) {
    case '@':
      return `@${label || target.slice(1)}`;
    case '#':
      return `#${label || target.slice(1)}`;
    case '!':
      return commandText(target.slice(1), label);
    default:
      return linkText(target, label);
  }
}

/** `<!here>`, `<!subteam^S1|@sales>`, `<!date^1392734382^{date}|yesterday>` */
function commandText(command: string, label: string): string {
  if (command.startsWith('date^')) return label;
  return label.startsWith('@') ? label : `@${label || command.replace(/\^.*$/s, '')}`;
}

function linkText(address: string, label: string): string {
  if (SILENT_SCHEME.test(address)) return label || address.replace(SILENT_SCHEME, '');
  if (label === '' || label === address) return address;
  // Slack makes links of what looks like one.
  return address.replace(/^https?:\/\//, '') === label ? label : `${label} (${address})`;
}
