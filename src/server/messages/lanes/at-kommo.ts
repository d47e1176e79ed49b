import type { ChatPerson } from '../../kommo/amojo/message.ts';
import { conversationIdAtKommo, personIdAtKommo } from '../addresses.ts';
import type { Work } from './step.ts';

/** The chat's `conversation_id`. */
export function conversationIdOf({ target }: Pick<Work, 'target'>): string {
  const { chat } = target;
  return chat?.knownAs ?? conversationIdAtKommo(accountOf({ target }), chat?.person?.chatId ?? '');
}

/** The channel's account at the service. */
export function accountOf({ target }: Pick<Work, 'target'>): {
  connector: string;
  externalId: string;
} {
  const { connector = '', externalId = '' } = target.channel ?? {};
  return { connector, externalId };
}

/** The client, as Kommo is told. In a chat that began in Kommo, the first message binds them to whom Kommo knows. */
export function personAtKommo({ target }: Pick<Work, 'target'>): ChatPerson {
  const { chat } = target;
  const { personId = '', name = '', phone, email, avatarUrl } = chat?.person ?? {};
  const isNew = chat && !chat.isBound && chat.kommoPersonId !== null;
  return {
    id: personIdAtKommo(accountOf({ target }), personId),
    ...(isNew && chat.kommoPersonId !== null && { kommoId: chat.kommoPersonId }),
    name,
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
    ...(avatarUrl !== undefined && { avatarUrl }),
  };
}
