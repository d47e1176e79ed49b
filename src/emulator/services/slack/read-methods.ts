import { type Call, conversationIn, type Method } from './call.ts';
import { directMessage, findMember, messageFields, repliesTo } from './conversations.ts';
import type { Conversation, Fields, Member, StoredMessage } from './entities.ts';
import { tokensRevokedEvent } from './events.ts';
import { scopesOf } from './grants.ts';
import { SlackError } from './slack-error.ts';
import { APP_NAME, BOT_ID, BOT_USER_ID, slackOrigin, TEAMS } from './state.ts';

const HISTORY_MAX = 999;

const ICON_SIZES = [34, 44, 68, 88, 102, 132, 230];

/** Every member has a picture, if only one that Slack drew. */
const IMAGE_SIZES = [24, 32, 48, 72, 192, 512];

function authTest({ team }: Call): Fields {
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: 'connector',
    team_id: team.id,
    user_id: BOT_USER_ID,
    bot_id: BOT_ID,
    is_enterprise_install: false,
  };
}

/** The token is dead at once; the app hears of it, as of every token that is revoked. */
function authRevoke({ world, grant, args }: Call): Fields {
  if (['1', 'true'].includes(args.text('test'))) return { revoked: false };
  grant.isRevoked = true;
  tokensRevokedEvent(world, grant.team);
  return { revoked: true };
}

/**
 * The first workspace has an icon of its own, the others those that Slack draws.
 *
 * @see https://docs.slack.dev/reference/methods/team.info
 */
function teamInfo({ team, world }: Call): Fields {
  const { id, name, domain } = team;
  const icons = ICON_SIZES.map((size) => [
    `image_${size}`,
    `${slackOrigin(world)}/avatars/${id}_${size}.jpg`,
  ]);
  const icon = { ...Object.fromEntries(icons), ...(team !== TEAMS[0] && { image_default: true }) };
  return { team: { id, name, domain, url: `https://${domain}.slack.com/`, icon } };
}

/** @see https://docs.slack.dev/reference/objects/user-object */
function userFields(call: Call, member: Member): Fields {
  const hasEmail = scopesOf(call.grant).includes('users:read.email');
  const { id, team_id, name, real_name, display_name, email, phone } = member;
  const [first_name = '', ...rest] = real_name.split(' ');
  return {
    id,
    team_id,
    name,
    deleted: false,
    real_name,
    tz: 'America/Sao_Paulo',
    tz_offset: -10_800,
    profile: {
      title: '',
      phone,
      real_name,
      real_name_normalized: real_name,
      display_name,
      display_name_normalized: display_name,
      first_name,
      last_name: rest.join(' '),
      team: team_id,
      ...Object.fromEntries(
        IMAGE_SIZES.map((size) => [
          `image_${size}`,
          `${slackOrigin(call.world)}/avatars/${id}_${size}.jpg`,
        ]),
      ),
      ...(hasEmail && { email }),
    },
    is_bot: false,
    is_admin: TEAMS.some(({ owner }) => owner === id),
    updated: 1_700_000_000,
  };
}

function usersInfo(call: Call): Fields {
  const { world, team, args } = call;
  const id = args.text('user');
  if (id === BOT_USER_ID) {
    const profile = { real_name: APP_NAME, display_name: '', bot_id: BOT_ID, team: team.id };
    const user = { id, team_id: team.id, name: 'connector', real_name: APP_NAME, profile };
    return { user: { ...user, deleted: false, is_bot: true } };
  }
  const member = findMember(world, team.id, id);
  if (member === undefined) throw new SlackError('user_not_found');
  return { user: userFields(call, member) };
}

/** @see https://docs.slack.dev/reference/objects/conversation-object */
function channelFields({ id, type, user, name, is_member, is_archived }: Conversation): Fields {
  const common = { id, created: 1_700_000_000, is_archived, is_org_shared: false };
  if (type === 'im') return { ...common, is_im: true, user, is_user_deleted: false, priority: 0 };
  return { ...common, name, is_channel: true, is_im: false, is_member, is_private: false };
}

function conversationsInfo(call: Call): Fields {
  return { channel: channelFields(conversationIn(call)) };
}

function conversationsOpen(call: Call): Fields {
  const { world, team, args } = call;
  if (args.has('channel')) return { channel: { id: conversationIn(call).id } };
  const users = args.text('users').split(',').filter(Boolean);
  if (users.length === 0) throw new SlackError('users_list_not_supplied');
  const [only = ''] = users;
  if (users.length > 1) throw new SlackError('invalid_user_combination');
  if (only === BOT_USER_ID) throw new SlackError('cannot_dm_bot');
  const member = findMember(world, team.id, only);
  if (member === undefined) throw new SlackError('user_not_found');
  const conversation = directMessage(world, member);
  const isWhole = ['1', 'true'].includes(args.text('return_im'));
  return { channel: isWhole ? channelFields(conversation) : { id: conversation.id } };
}

/** Newest first, within `oldest` and `latest`. */
function page({ world, args }: Call, conversation: Conversation, all: StoredMessage[]): Fields {
  const isInclusive = ['1', 'true'].includes(args.text('inclusive'));
  const limit = Math.min(Number(args.text('limit')) || 100, HISTORY_MAX);
  const [oldest, latest] = [args.text('oldest') || '0', args.text('latest')];
  const within = all.filter(({ ts }) => {
    if (isInclusive && (ts === oldest || ts === latest)) return true;
    return Number(ts) > Number(oldest) && (latest === '' || Number(ts) < Number(latest));
  });
  const messages = within.slice(0, limit).map((one) => messageFields(world, conversation, one));
  return { messages, has_more: within.length > limit };
}

function history(call: Call): Fields {
  const conversation = conversationIn(call);
  const all = Object.values(conversation.messages)
    .filter(({ thread_ts, ts, is_deleted }) => !is_deleted && [null, ts].includes(thread_ts))
    .reverse();
  return { ...page(call, conversation, all), pin_count: 0 };
}

function replies(call: Call): Fields {
  const conversation = conversationIn(call);
  const ts = call.args.text('ts');
  const root = conversation.messages[ts];
  if (root === undefined || root.is_deleted) throw new SlackError('thread_not_found');
  return page(call, conversation, [root, ...repliesTo(conversation, ts)]);
}

/** Calls that tell something, and those that open or end something without writing. */
export const READ_METHODS: Record<string, Method> = {
  'auth.test': { scopes: [], takesJson: true, run: authTest },
  'auth.revoke': { scopes: [], takesJson: false, run: authRevoke },
  'team.info': { scopes: ['team:read'], takesJson: false, run: teamInfo },
  'users.info': { scopes: ['users:read'], takesJson: false, run: usersInfo },
  'conversations.info': {
    scopes: ['im:read', 'channels:read'],
    takesJson: false,
    run: conversationsInfo,
  },
  'conversations.open': { scopes: ['im:write'], takesJson: true, run: conversationsOpen },
  'conversations.history': {
    scopes: ['im:history', 'channels:history'],
    takesJson: true,
    run: history,
  },
  'conversations.replies': {
    scopes: ['im:history', 'channels:history'],
    takesJson: false,
    run: replies,
  },
};
