import { HISTORY_LIMIT, readHistory } from '../../kommo/amojo/history.ts';
import { openChat } from '../../kommo/amojo/open-chat.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { conversationIdOf, personAtKommo } from './at-kommo.ts';
import { learnChat } from './rows.ts';
import { scopeOf, type Work } from './step.ts';

/** A message that was lost on its way is among the newest. */
const PAGES = 2;

/** Kommo's id of a message of ours, if Kommo has it. @throws KommoError when Kommo cannot be asked */
export async function findInHistory(work: Work, msgid: string): Promise<string | undefined> {
  const { context } = work;
  const kommoChatId = await chatAtKommo(work);
  if (kommoChatId === undefined) return undefined;
  for (let page = 0; page < PAGES; page += 1) {
    work.confirm();
    const messages = await readHistory(context.kommo, scopeOf(work), kommoChatId, {
      limit: HISTORY_LIMIT,
      offset: page * HISTORY_LIMIT,
    });
    const found = messages.find((one) => one.msgid === msgid);
    if (found) return found.kommoMessageId;
    if (messages.length < HISTORY_LIMIT) return undefined;
  }
  return undefined;
}

/** Naming a chat that Kommo knows answers its id; one it does not know is made, and shows once a message is in it. */
async function chatAtKommo(work: Work): Promise<string | undefined> {
  const { context, target } = work;
  if (target.chat?.kommoChatId) return target.chat.kommoChatId;
  try {
    work.confirm();
    const { kommoChatId, kommoPersonId } = await openChat(context.kommo, scopeOf(work), {
      conversationId: conversationIdOf(work),
      ...(target.sourceExternalId !== null && { sourceExternalId: target.sourceExternalId }),
      person: personAtKommo(work),
    });
    if (target.chat) {
      await learnChat(context.db, { id: target.chat.id, kommoChatId, kommoPersonId });
      target.chat.kommoChatId = kommoChatId;
    }
    return kommoChatId;
  } catch (error) {
    if (isKommoError(error, 'rejected')) return undefined;
    throw error;
  }
}
