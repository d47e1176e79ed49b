import type { Tools } from '../connector.ts';
import type { ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { jidOf, phoneOfChat } from '../whatsapp/chat.ts';
import { chatOfKey, messageOfChat } from './chats.ts';
import type { EvolutionClient } from './client.ts';

/** How `personIn` names a group. */
const GROUP = /^group:(.+)$/;

/**
 * The chat that is meant by a hidden id, or by one of its messages: what the server has learned of numbers first, then
 * the messages it has kept.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/chat-controller/check-is-whatsapp
 * @throws ConnectorError `rate_limited`, `unavailable`, `misconfigured`
 */
export async function findChat(
  client: EvolutionClient,
  tools: Tools,
  instance: string,
  alias: string,
): Promise<{ chatId: string; phone?: string } | undefined> {
  const messageId = messageOfChat(alias);
  if (messageId !== undefined) {
    const [key] = await client.findKeys(tools, instance, { id: messageId });
    const chat = key && chatOfKey(key, '');
    return chat && named(chat.id);
  }
  const jid = await client.findJid(tools, instance, alias);
  const keys = (): ReturnType<EvolutionClient['findKeys']> =>
    client.findKeys(tools, instance, { remoteJid: alias });
  for (const key of [{ remoteJid: jid }, ...(isNumber(jid) ? [] : await keys())]) {
    const chat = chatOfKey(key, '');
    if (chat !== undefined && chat.isAlias !== true) return named(chat.id);
  }
  return undefined;
}

/**
 * The name of somebody whose events do not tell it, or of a group.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/group-controller/find-group-by-jid
 * @throws ConnectorError as above
 */
export async function findPerson(
  client: EvolutionClient,
  tools: Tools,
  instance: string,
  personId: string,
): Promise<Omit<ReceivedPerson, 'id'> | undefined> {
  const group = GROUP.exec(personId)?.[1];
  const jid = jidOf(group ?? personId, 's.whatsapp.net');
  if (jid === undefined) return undefined;
  const found =
    group === undefined
      ? await client.findContactName(tools, instance, jid)
      : await client.findGroupName(tools, instance, jid);
  const name = plainLine(found);
  return name === undefined ? undefined : { name };
}

function isNumber(jid: string | undefined): boolean {
  return jid?.endsWith('@s.whatsapp.net') === true;
}

function named(chatId: string): { chatId: string; phone?: string } {
  const phone = phoneOfChat(chatId);
  return { chatId, ...(phone !== undefined && { phone }) };
}
