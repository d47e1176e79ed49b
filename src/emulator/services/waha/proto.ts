import type { World } from '../../kommo/world.ts';
import { vcardOf } from '../whatsapp/content.ts';
import { type Content, type Fields, networkState, own } from '../whatsapp/state.ts';

function media(world: World, content: Content): Fields {
  const file = own(networkState(world).files, content.file ?? '');
  if (file === undefined) return {};
  return {
    mimetype: file.mime,
    fileLength: String(file.size),
    ...(file.name !== null && { fileName: file.name, title: file.name }),
    ...(content.text !== null && { caption: content.text }),
  };
}

/** The content as WhatsApp's own protocol has it (WAProto.proto, Message). */
export function protoOf(world: World, content: Content, contextInfo?: Fields): Fields {
  const context = contextInfo === undefined ? {} : { contextInfo };
  switch (content.kind) {
    case 'text':
      return (
        pressed(content, context) ??
        (contextInfo === undefined
          ? { conversation: content.text }
          : { extendedTextMessage: { text: content.text, ...context } })
      );
    case 'image':
      return { imageMessage: { ...media(world, content), ...context } };
    case 'video':
      return { videoMessage: { ...media(world, content), ...context } };
    case 'gif':
      return { videoMessage: { ...media(world, content), gifPlayback: true, ...context } };
    case 'video_note':
      return { ptvMessage: { ...media(world, content), ...context } };
    case 'voice':
      return { audioMessage: { ...media(world, content), ptt: true, seconds: 2, ...context } };
    case 'audio':
      return { audioMessage: { ...media(world, content), ptt: false, seconds: 2, ...context } };
    case 'document':
      return { documentMessage: { ...media(world, content), ...context } };
    case 'sticker':
      return { stickerMessage: { ...media(world, content), isAnimated: false, ...context } };
    case 'location':
    case 'live_location': {
      const { latitude, longitude, name, address } = content.location ?? {};
      const place = { degreesLatitude: latitude, degreesLongitude: longitude };
      if (content.kind === 'live_location') {
        return { liveLocationMessage: { ...place, caption: content.text, ...context } };
      }
      return { locationMessage: { ...place, name, address, ...context } };
    }
    case 'contacts': {
      const cards = content.contacts.map((card) => ({
        displayName: card.name,
        vcard: vcardOf(card),
      }));
      const [only] = cards;
      if (cards.length === 1 && only !== undefined)
        return { contactMessage: { ...only, ...context } };
      return { contactsArrayMessage: { contacts: cards, ...context } };
    }
    case 'poll':
      return {
        pollCreationMessageV3: {
          name: content.extra.question,
          options: (content.extra.options as string[]).map((optionName) => ({ optionName })),
          selectableOptionsCount: 1,
        },
      };
    case 'list':
      return { listMessage: { ...content.extra, ...context } };
    case 'buttons':
      return { interactiveMessage: { ...content.extra, ...context } };
    case 'event':
      return { eventMessage: { name: content.text, ...content.extra } };
    case 'order':
      return { orderMessage: { message: content.text, ...content.extra } };
    case 'unknown':
      return { ...content.extra };
  }
}

/** A text that comes of a press: on a row of a list, or on a button. */
function pressed({ extra }: Content, context: Fields): Fields | undefined {
  const { list_reply: row, button_reply: button } = extra as Record<string, Fields | undefined>;
  if (row !== undefined) {
    const singleSelectReply = { selectedRowId: row.id };
    return { listResponseMessage: { title: row.text, singleSelectReply, ...context } };
  }
  if (button === undefined) return undefined;
  const reply = { selectedButtonId: button.id, selectedDisplayText: button.text };
  return { buttonsResponseMessage: { ...reply, ...context } };
}
