import { createEvolution } from '../../src/server/connectors/evolution.ts';
import {
  LONGEST_CAPTION,
  LONGEST_TEXT,
  type WhatsAppPart,
} from '../../src/server/connectors/whatsapp/compose.ts';
import { messageBattery } from './message-battery.ts';
import { API_KEY, sent, startEvolutionApi } from './support/evolution-api.ts';
import {
  ANA,
  ANA_JID,
  edit,
  event,
  file,
  GROUP_JID,
  INSTANCE,
  INSTANCE_KEY,
  OWN,
  upsert,
  VCARD,
} from './support/evolution-events.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import type { MessageStage } from './support/message-stage.ts';

const carried = (posted: ReturnType<typeof event>) => ({ fate: 'carried' as const, event: posted });
const said = (posted: ReturnType<typeof event>) => ({
  fate: 'placeholder' as const,
  event: posted,
});

/** A message with an id of its own. */
const message = (number: number, content: object, fields: Parameters<typeof upsert>[1] = {}) =>
  upsert(content, { ...fields, key: { id: `3EB0AA${number}`, ...fields.key } });

const reaction = (number: number, text: string) =>
  message(number, {
    reactionMessage: { key: { remoteJid: ANA_JID, fromMe: true, id: '3EB0F1' }, text },
  });

async function startStage(): Promise<MessageStage> {
  const api = await startEvolutionApi();
  const proxy = await startFaultProxy(api.port);
  return {
    carrierAt: (port) => {
      const { messages } = createEvolution({ url: `http://127.0.0.1:${port}`, apiKey: API_KEY });
      if (messages === undefined) throw new Error('Evolution carries no messages');
      return messages;
    },
    proxy,
    account: { externalId: OWN },
    credentials: { session: INSTANCE },
    chat: { chatId: ANA, personId: ANA, isNew: false },
    secrets: [API_KEY, INSTANCE_KEY, 'canary-file-address', 'canary-media-key'],
    incoming: {
      text: carried(message(1, { conversation: 'Olá' })),
      picture: carried(message(2, { imageMessage: file({ caption: 'Look' }) })),
      video: carried(message(3, { videoMessage: file({ mimetype: 'video/mp4', seconds: 3 }) })),
      voice: carried(
        message(4, { audioMessage: file({ mimetype: 'audio/ogg; codecs=opus', ptt: true }) }),
      ),
      audio: carried(message(5, { audioMessage: file({ mimetype: 'audio/mpeg', ptt: false }) })),
      file: carried(
        message(6, { documentMessage: file({ mimetype: 'application/pdf', fileName: 'a.pdf' }) }),
      ),
      sticker: carried(message(7, { stickerMessage: file({ mimetype: 'image/webp' }) })),
      location: carried(
        message(8, { locationMessage: { degreesLatitude: -23.55, degreesLongitude: -46.63 } }),
      ),
      contact: carried(message(9, { contactMessage: { displayName: 'Bruno', vcard: VCARD } })),
      poll: said(
        message(10, {
          pollCreationMessage: { name: 'Tea?', options: [{ optionName: 'Yes' }] },
        }),
      ),
      'unknown kind': said(message(11, { hologramMessage: { url: 'x' } })),
      quote: carried(message(12, { conversation: 'Yes' }, { contextInfo: { stanzaId: '3EB0F1' } })),
      'button press': carried(
        message(13, {
          buttonsResponseMessage: { selectedButtonId: 'row-1', selectedDisplayText: 'Tea' },
        }),
      ),
      edit: carried(event('messages.edited', edit('Olá!'))),
      deletion: carried(
        event('messages.delete', { remoteJid: ANA_JID, fromMe: false, id: '3EB0AA1' }),
      ),
      reaction: carried(reaction(14, '👍')),
      'reaction taken away': carried(reaction(15, '')),
      typing: carried(
        event('presence.update', {
          id: ANA_JID,
          presences: { [ANA_JID]: { lastKnownPresence: 'composing' } },
        }),
      ),
      status: carried(
        event('messages.update', {
          keyId: '3EB0F1',
          remoteJid: ANA_JID,
          fromMe: true,
          status: 'READ',
          instanceId: '9f0c',
        }),
      ),
      'message of staff': carried(
        message(16, { conversation: 'On my way' }, { key: { fromMe: true }, pushName: 'Você' }),
      ),
      'message in a group': carried(
        message(
          17,
          { conversation: 'Olá' },
          { key: { remoteJid: GROUP_JID, participant: ANA_JID } },
        ),
      ),
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
      'in: poll': 'with its question and answers',
      'in: unknown kind': 'that says there was something',
      'in: message in a group': 'where the channel imports groups',
      'in: message of staff': 'where the channel imports it',
      'out: text button': 'as numbered lines: buttons often do not show',
      'out: list': 'as numbered lines: lists often do not show',
      'out: link button': 'as a line with the link',
    },
    wordsOf: (given) => {
      const part = given as WhatsAppPart;
      if (part.kind === 'text') return { text: part.text, longest: LONGEST_TEXT };
      if (part.kind !== 'media' || part.caption === undefined) return undefined;
      return { text: part.caption, longest: LONGEST_CAPTION };
    },
    messageId: '3EB0F1',
    refs: { small: { messageId: '3EB0FILE' }, gone: { messageId: '3EB0GONE' } },
    lostAnswer: 'unknown',
    refusedKey: 'misconfigured',
    uploads: true,
    bulk: {
      answer: (path) =>
        path.startsWith('/chat/getBase64') ? 'base64' : (sent(ANA, '3EB0BULK').json as object),
      ref: () => ({ messageId: '3EB0BULK' }),
    },
    close: async () => {
      await proxy.close();
      await api.close();
    },
  };
}

describe('a carrier of messages', () => {
  messageBattery('evolution', startStage);
});
