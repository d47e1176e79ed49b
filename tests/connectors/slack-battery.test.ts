import type { SlackPart } from '../../src/server/connectors/slack/compose.ts';
import { createSlack } from '../../src/server/connectors/slack.ts';
import { messageBattery } from './message-battery.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import type { MessageStage } from './support/message-stage.ts';
import { ACCESS_TOKEN, BOT_USER, CHANNEL, startSlackApi, TICKET } from './support/slack-api.ts';
import {
  ANA,
  changed,
  file,
  message,
  reacted,
  SIGNING_SECRET,
  TEAM,
  ts,
  written,
} from './support/slack-events.ts';

const carried = (event: ReturnType<typeof written>) => ({ fate: 'carried' as const, event });
const said = (event: ReturnType<typeof written>) => ({ fate: 'placeholder' as const, event });

const shared = (number: number, mimetype: string, fields: object = {}) =>
  written({ subtype: 'file_share', text: 'Look', files: [file(mimetype, fields)] }, number);

async function startStage(): Promise<MessageStage> {
  const api = await startSlackApi();
  const proxy = await startFaultProxy(api.port);
  let lastPort = 0;
  return {
    carrierAt: (port) => {
      lastPort = port;
      const { messages } = createSlack({
        clientId: 'id',
        clientSecret: 'canary-client-secret',
        signingSecret: SIGNING_SECRET,
        url: `http://127.0.0.1:${port}`,
      });
      if (messages === undefined) throw new Error('Slack carries no messages');
      return messages;
    },
    proxy,
    account: { externalId: TEAM },
    credentials: { accessToken: ACCESS_TOKEN, botUserId: BOT_USER },
    chat: { chatId: CHANNEL, personId: ANA, isNew: false },
    secrets: [ACCESS_TOKEN, SIGNING_SECRET, 'canary-client-secret', TICKET],
    incoming: {
      text: carried(written({ text: 'Hola' }, 1)),
      picture: carried(shared(2, 'image/jpeg')),
      video: carried(shared(3, 'video/mp4')),
      voice: carried(shared(4, 'audio/webm', { subtype: 'slack_audio', duration_ms: 3200 })),
      audio: carried(shared(5, 'audio/mpeg')),
      file: carried(shared(6, 'application/pdf')),
      sticker: undefined,
      location: undefined,
      contact: undefined,
      poll: undefined,
      'unknown kind': said(written({ text: '', blocks: [{ type: 'hologram' }] }, 7)),
      quote: carried(written({ text: 'Yes', thread_ts: ts(1) }, 8)),
      // Blocks are posted to another address, and ours have none.
      'button press': undefined,
      edit: carried(
        changed('message_changed', {
          message: message({ text: 'Hola!', edited: { user: ANA, ts: ts(901) } }, 1),
          previous_message: message({ text: 'Hola' }, 1),
        }),
      ),
      deletion: carried(
        changed('message_deleted', {
          deleted_ts: ts(8),
          previous_message: message({ text: 'Yes', thread_ts: ts(1) }, 8),
        }),
      ),
      reaction: carried(reacted('reaction_added', {}, { event_id: 'Ev20' })),
      'reaction taken away': carried(reacted('reaction_removed', {}, { event_id: 'Ev21' })),
      typing: undefined,
      // Our own file is shown: Slack has let it through.
      status: carried(
        written(
          {
            subtype: 'file_share',
            user: BOT_USER,
            bot_id: 'B0BOT',
            text: '',
            files: [file('application/pdf', { id: 'F9' })],
          },
          9,
        ),
      ),
      'message of staff': undefined,
      'message in a group': undefined,
    },
    outgoing: {
      text: 'carried',
      picture: 'carried',
      video: 'carried',
      voice: 'carried',
      audio: 'carried',
      file: 'carried',
      sticker: 'carried',
      'file with a text': 'carried',
      'file of unknown length': 'carried',
      'link button': 'carried',
      'text button': 'carried',
      list: 'carried',
      quote: 'carried',
      'very long text': 'carried',
    },
    notes: {
      'out: typing': 'apps cannot ([methods](https://docs.slack.dev/reference/methods))',
      'in: sticker':
        'Slack has none; a picture is one ([files](https://docs.slack.dev/reference/objects/file-object))',
      'in: location':
        'Slack has none ([message event](https://docs.slack.dev/reference/events/message))',
      'in: contact':
        'Slack has none ([message event](https://docs.slack.dev/reference/events/message))',
      'in: poll':
        'Slack has none ([message event](https://docs.slack.dev/reference/events/message))',
      'in: button press': 'buttons go as numbered lines, whose answer is a text',
      'in: typing':
        'apps are not told over HTTP ([events](https://docs.slack.dev/reference/events))',
      'in: message of staff':
        'only its app answers a member there ([message.im](https://docs.slack.dev/reference/events/message.im))',
      'in: message in a group':
        'direct messages only, as they are the ones with one person ([message.im](https://docs.slack.dev/reference/events/message.im))',
      'in: unknown kind': 'that says there was something',
      'out: text button': 'as numbered lines',
      'out: list': 'as numbered lines',
      'out: link button': 'as a line with the link',
      'in: status': 'of its own files only; taken counts as delivered',
    },
    wordsOf: (given) => {
      const part = given as SlackPart;
      if (part.kind === 'text') return { text: part.text, longest: 4000 };
      if (part.kind !== 'media' || part.comment === undefined) return undefined;
      return { text: part.comment, longest: 4000 };
    },
    messageId: `${CHANNEL}:${ts(77)}`,
    refs: { small: { fileId: 'FSMALL' }, gone: { fileId: 'FGONE' } },
    lostAnswer: 'unknown',
    // Only the last of three calls shows a file.
    lostFile: 'unavailable',
    uploads: true,
    bulk: {
      answer: (path) => {
        if (path.startsWith('/files-pri/')) return 'file';
        const origin = `http://127.0.0.1:${lastPort}`;
        const shares = { private: { [CHANNEL]: [{ ts: ts(1) }] } };
        const held = { id: 'FBULK', mode: 'hosted', url_private: `${origin}/files-pri/bulk` };
        return {
          ok: true,
          upload_url: `${origin}/upload/v1/bulk`,
          file_id: 'FBULK',
          files: [{ id: 'FBULK', shares }],
          file: held,
        };
      },
      ref: () => ({ fileId: 'FBULK' }),
    },
    close: async () => {
      await proxy.close();
      await api.close();
    },
  };
}

describe('a carrier of messages', () => {
  messageBattery('slack', startStage);
});
