import type { Fields } from './entities.ts';
import { SlackError } from './slack-error.ts';

const BLOCKS_MAX = 50;
/** Where it fails in practice: https://github.com/slackapi/bolt-js/issues/2509 */
const CHARACTERS_MAX = 13_200;
const SECTION_MAX = 3000;
const MARKDOWN_MAX = 12_000;
const HEADER_MAX = 150;

const TYPES = new Set([
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'markdown',
  'rich_text',
  'section',
  'table',
  'video',
]);

/** Reads blocks as Slack takes them. @throws SlackError @see https://docs.slack.dev/reference/block-kit/blocks */
export function readBlocks(value: unknown): Fields[] {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) throw new SlackError('invalid_blocks_format');
  if (value.length > BLOCKS_MAX || !value.every(isBlock)) throw new SlackError('invalid_blocks');
  if (JSON.stringify(value).length > CHARACTERS_MAX) throw new SlackError('msg_blocks_too_long');
  return value;
}

function isBlock(block: unknown): block is Fields {
  if (typeof block !== 'object' || block === null) return false;
  const { type, text, elements, fields } = block as Fields;
  if (typeof type !== 'string' || !TYPES.has(type)) return false;
  if (type === 'section') return fields !== undefined || isText(text, SECTION_MAX);
  if (type === 'header') return isText(text, HEADER_MAX);
  if (type === 'markdown') return typeof text === 'string' && text.length <= MARKDOWN_MAX;
  if (type === 'actions' || type === 'context') {
    return Array.isArray(elements) && elements.length > 0 && elements.length <= 25;
  }
  return true;
}

function isText(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, text } = value as Fields;
  const isKnown = type === 'plain_text' || type === 'mrkdwn';
  return isKnown && typeof text === 'string' && text !== '' && text.length <= most;
}

/** Buttons of the blocks, as a member sees them. */
export function buttonsOf(blocks: readonly Fields[]): { text: string; url: string | null }[] {
  return blocks
    .flatMap(({ elements }) => (Array.isArray(elements) ? (elements as Fields[]) : []))
    .filter(({ type }) => type === 'button')
    .map(({ text, url }) => ({
      text: String((text as Fields | undefined)?.text ?? ''),
      url: typeof url === 'string' ? url : null,
    }));
}
