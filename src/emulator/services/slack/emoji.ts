/** Names of emoji as Slack writes them between colons, with the sign. The workspace knows no others. */
const EMOJI: Record<string, string> = {
  '+1': '👍',
  '-1': '👎',
  heart: '❤️',
  joy: '😂',
  grinning: '😀',
  smile: '😄',
  grin: '😁',
  blush: '😊',
  slightly_smiling_face: '🙂',
  wink: '😉',
  heart_eyes: '😍',
  kissing_heart: '😘',
  thinking_face: '🤔',
  star: '⭐',
  'star-struck': '🤩',
  partying_face: '🥳',
  cry: '😢',
  sob: '😭',
  scream: '😱',
  rage: '😡',
  angry: '😠',
  open_mouth: '😮',
  exploding_head: '🤯',
  face_vomiting: '🤮',
  sunglasses: '😎',
  sleeping: '😴',
  tada: '🎉',
  pray: '🙏',
  clap: '👏',
  wave: '👋',
  ok_hand: '👌',
  muscle: '💪',
  raised_hands: '🙌',
  handshake: '🤝',
  point_up: '☝️',
  fire: '🔥',
  '100': '💯',
  eyes: '👀',
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  question: '❓',
  exclamation: '❗',
  rocket: '🚀',
  zap: '⚡',
  bulb: '💡',
  gift: '🎁',
  moneybag: '💰',
  phone: '☎️',
  email: '✉️',
  broken_heart: '💔',
  hankey: '💩',
  clown_face: '🤡',
  dove_of_peace: '🕊️',
  whale: '🐳',
  trophy: '🏆',
  banana: '🍌',
  champagne: '🍾',
  ghost: '👻',
  hugging_face: '🤗',
  rolling_on_the_floor_laughing: '🤣',
  neutral_face: '😐',
  yawning_face: '🥱',
  woozy_face: '🥴',
  see_no_evil: '🙈',
  jack_o_lantern: '🎃',
  coffee: '☕',
  sunny: '☀️',
};

/** Other names of the same signs. Slack answers with the first name. */
const ALIASES: Record<string, string> = {
  thumbsup: '+1',
  thumbsdown: '-1',
  poop: 'hankey',
  telephone: 'phone',
  envelope: 'email',
  laughing: 'smile',
  hugs: 'hugging_face',
};

const withoutVariant = (sign: string) => sign.replaceAll('\ufe0f', '');

const NAMES = new Map(Object.entries(EMOJI).map(([name, sign]) => [withoutVariant(sign), name]));

const TONE = /::skin-tone-[2-6]$/;

/** The name Slack keeps a reaction under; undefined for an emoji that the workspace does not have. */
export function reactionName(name: string): string | undefined {
  const bare = name.replace(TONE, '');
  const known = Object.hasOwn(ALIASES, bare) ? ALIASES[bare] : bare;
  if (known === undefined || !Object.hasOwn(EMOJI, known)) return undefined;
  return known + (TONE.exec(name)?.[0] ?? '');
}

/** The sign of a name, or the name between colons. */
export function emojiSign(name: string): string {
  const known = reactionName(name)?.replace(TONE, '');
  return known === undefined ? `:${name}:` : (EMOJI[known] ?? '');
}

/** The name of a sign as it is typed, `👍` or `:+1:`; undefined if the workspace does not have it. */
export function emojiName(sign: string): string | undefined {
  return NAMES.get(withoutVariant(sign)) ?? reactionName(sign.replace(/^:(.*):$/, '$1'));
}

/** Finds the signs that Slack's client turns into codes while one types. */
export const TYPED_EMOJI = new RegExp(
  [...NAMES.keys()]
    // Digits and letters are no signs.
    .filter((sign) => !/^[\w+-]+$/.test(sign))
    .sort((one, other) => other.length - one.length)
    .map((sign) => `${sign}\ufe0f?`)
    .join('|'),
  'gu',
);
