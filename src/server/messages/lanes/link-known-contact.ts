import { openChat } from '../../kommo/amojo/open-chat.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { findContactByPhone, linkChatToContact } from '../../kommo/rest/contacts.ts';
import { conversationIdOf, personAtKommo } from './at-kommo.ts';
import { learnChat } from './rows.ts';
import { scopeOf, type Work } from './step.ts';

/**
 * Opens a new chat inside the contact that has the client's number, before its first message. A convenience: where it
 * fails, the message arrives as that of a new client.
 */
export async function linkKnownContact(work: Work): Promise<void> {
  const { context, target } = work;
  const { chat } = target;
  const phone = chat?.person?.phone;
  if (!chat || phone === undefined || chat.isGroup || chat.kommoChatId !== null) return;
  const kommo = context.kommo.background();
  try {
    const contactId = await findContactByPhone(kommo, target.account.id, phone);
    if (contactId === undefined) return;
    work.confirm();
    const { kommoChatId, kommoPersonId } = await openChat(kommo, scopeOf(work), {
      conversationId: conversationIdOf(work),
      ...(target.sourceExternalId !== null && { sourceExternalId: target.sourceExternalId }),
      person: personAtKommo(work),
    });
    await linkChatToContact(kommo, target.account.id, { contactId, kommoChatId });
    await learnChat(context.db, { id: chat.id, kommoChatId, kommoPersonId });
    chat.kommoChatId = kommoChatId;
  } catch (error) {
    if (!isKommoError(error)) throw error;
    context.log.warn({ err: error }, 'a chat could not be linked to the contact with its number');
  }
}
