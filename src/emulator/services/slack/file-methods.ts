import { randomBytes } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { readBlocks } from './blocks.ts';
import { Arguments, type Call, conversationIn, type Method, writable } from './call.ts';
import { threadIn } from './chat-methods.ts';
import { addMessage, conversationKey, tellConversation } from './conversations.ts';
import type { Conversation, Fields, StoredFile } from './entities.ts';
import { fileSharedEvent, messageEvent } from './events.ts';
import { addFile, fileObject, findFile, sharesOf } from './files.ts';
import { spendRate } from './limits.ts';
import { runtimeOf } from './runtime.ts';
import { SlackError } from './slack-error.ts';
import { BOT_USER_ID, slackOrigin, slackState } from './state.ts';

/** @see https://slack.com/help/articles/201330736 */
const FILE_MAX = 1024 * 1024 * 1024;

function missing(field: string): SlackError {
  const messages = [`[ERROR] missing required field: ${field}`];
  return new SlackError('invalid_arguments', { response_metadata: { messages } });
}

/** @see https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
function getUploadUrl({ world, team, args }: Call): Fields {
  if (!args.has('filename')) throw missing('filename');
  const length = Number(args.text('length'));
  if (!args.has('length') || !Number.isInteger(length) || length <= 0) throw missing('length');
  if (length > FILE_MAX) throw new SlackError('file_upload_size_restricted');
  const file = addFile(world, {
    team_id: team.id,
    user: BOT_USER_ID,
    name: args.text('filename'),
    size: length,
    stage: 'asked',
  });
  const ticket = randomBytes(24).toString('base64url');
  slackState(world).uploads[ticket] = file.id;
  return { upload_url: `${slackOrigin(world)}/upload/v1/${ticket}`, file_id: file.id };
}

interface Chosen {
  file: StoredFile;
  title: string;
}

/** The uploads a call is about. @throws SlackError */
function chosenFiles({ world, team, args }: Call): Chosen[] {
  const list = args.json('files', 'invalid_arguments');
  if (!Array.isArray(list) || list.length === 0) throw missing('files');
  return list.map((one: unknown) => {
    const { id, title } = (typeof one === 'object' && one !== null ? one : {}) as Fields;
    const file = findFile(world, team.id, String(id ?? ''));
    if (file === undefined || file.stage !== 'uploaded') throw new SlackError('file_not_found');
    return { file, title: typeof title === 'string' && title !== '' ? title : file.name };
  });
}

/** @see https://docs.slack.dev/reference/methods/files.completeUploadExternal */
function completeUpload(call: Call): Fields {
  const { world, args } = call;
  const chosen = chosenFiles(call);
  const listed = args.text('channels').split(',').filter(Boolean);
  const channels = args.has('channel_id') ? [args.text('channel_id')] : listed;
  if (args.has('thread_ts') && channels.length !== 1) throw new SlackError('invalid_arguments');
  const conversations = channels.map((id) => {
    return writable(conversationIn({ ...call, args: new Arguments({ channel: id }) }));
  });
  const [first] = conversations;
  const thread_ts = first === undefined ? null : threadIn(call, first);
  const text = args.text('initial_comment');
  // A comment takes the place of blocks.
  const blocks = text === '' ? readBlocks(args.json('blocks', 'invalid_blocks_format')) : [];
  for (const conversation of conversations) spendRate(world, conversationKey(conversation));
  for (const { file, title } of chosen) Object.assign(file, { title, stage: 'complete' });
  const files = chosen.map(({ file }) => file);
  share(world, conversations, { files, text, blocks, thread_ts });
  return { files: chosen.map(({ file, title }) => ({ id: file.id, title })) };
}

interface Sharing {
  files: StoredFile[];
  text: string;
  blocks: Fields[];
  thread_ts: string | null;
}

/** Shows the files in conversations: at once, or some time after the call was answered, as Slack does. */
function share(world: World, conversations: Conversation[], sharing: Sharing): void {
  const { life, state } = runtimeOf(world);
  const post = () => {
    for (const conversation of conversations) shareIn(world, conversation, sharing);
  };
  const { share_delay_ms: pause } = state.settings;
  if (pause === 0) return void post();
  setTimeout(() => {
    if (!life.aborted) post();
  }, pause).unref();
}

function shareIn(world: World, conversation: Conversation, sharing: Sharing): void {
  const { files, text, blocks, thread_ts } = sharing;
  const file_ids = files.map(({ id }) => id);
  const content = { text, blocks, thread_ts, file_ids };
  const stored = addMessage(world, conversation, BOT_USER_ID, content);
  for (const file of files) {
    file.shares.push({ channel: conversation.id, ts: stored.ts, thread_ts });
    fileSharedEvent(world, conversation, { file: file.id, user: BOT_USER_ID });
  }
  messageEvent(world, conversation, stored);
  tellConversation(world, conversation);
}

/** @see https://docs.slack.dev/reference/methods/files.info */
function filesInfo({ world, team, args }: Call): Fields {
  const file = findFile(world, team.id, args.text('file'));
  if (file === undefined || file.stage !== 'complete') throw new SlackError('file_not_found');
  const shown = { ...fileObject(world, file), shares: sharesOf(file) };
  return { file: shown, comments: [], response_metadata: { next_cursor: '' } };
}

export const FILE_METHODS: Record<string, Method> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], takesJson: false, run: getUploadUrl },
  'files.completeUploadExternal': { scopes: ['files:write'], takesJson: true, run: completeUpload },
  'files.info': { scopes: ['files:read'], takesJson: false, run: filesInfo },
};
