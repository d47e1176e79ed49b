import { toolsFor } from '../../channels/connector-tools.ts';
import { ConnectorError } from '../../connectors/connector.ts';
import { learnPerson } from '../chats/rows.ts';
import type { ChatPerson } from '../receive/rows.ts';
import type { Work } from './step.ts';

/**
 * Asks the service who somebody is that its events name by id only. A convenience: where it fails the id stands for the
 * name, and the next message asks again.
 */
export async function learnName({ context, target }: Work, person: ChatPerson): Promise<void> {
  const { chat, channel } = target;
  const carrier = channel && context.connectors.find(channel.connector)?.messages;
  const { credentials, webhookSecret: secret } = channel ?? {};
  if (!chat || !channel || !carrier?.findPerson || !credentials || secret === undefined) return;
  const tools = toolsFor(context, channel.connector, { id: channel.id, secret });
  try {
    const found = await carrier.findPerson(tools, credentials, person.personId);
    if (found === undefined) return;
    const { isNameless: _, ...former } = person;
    const named = { ...former, ...found };
    await learnPerson(context.db, context.secrets, { id: chat.id, person: named });
    chat.person = named;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const details = { channelId: channel.id, failure: error.failure };
    context.log.warn(details, 'a service could not be asked for a name');
  }
}
