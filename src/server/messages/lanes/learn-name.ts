import { toolsFor } from '../../channels/connector-tools.ts';
import { ConnectorError } from '../../connectors/connector.ts';
import { learnPerson } from '../chats/rows.ts';
import type { ChatPerson } from '../receive/rows.ts';
import type { Step, Work } from './step.ts';

/** A client's first message waits for the name no longer than this, twice and a little. */
const LONGEST_PAUSE_SECONDS = 60;
const DEFAULT_PAUSE_SECONDS = 5;
const MOST_PAUSES = 2;

/**
 * Asks the service who somebody is that its events name by id only. A convenience: where it fails the id stands for the
 * name, and the next message asks again. Only a service that is asked too much is given time before somebody's first
 * message: Kommo names the contact by that one.
 *
 * @returns the pause to make first; undefined to go on
 */
export async function learnName(
  { context, target, message }: Work,
  person: ChatPerson,
): Promise<Step | undefined> {
  const { chat, channel } = target;
  const carrier = channel && context.connectors.find(channel.connector)?.messages;
  const { credentials, webhookSecret: secret } = channel ?? {};
  if (!chat || !channel || !carrier?.findPerson || !credentials || secret === undefined)
    return undefined;
  const tools = toolsFor(context, channel.connector, { id: channel.id, secret });
  try {
    const found = await carrier.findPerson(tools, credentials, person.personId);
    if (found === undefined) return undefined;
    const { isNameless: _, ...former } = person;
    const named = { ...former, ...found };
    await learnPerson(context.db, context.secrets, { id: chat.id, person: named });
    chat.person = named;
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const details = { channelId: channel.id, failure: error.failure };
    context.log.warn(details, 'a service could not be asked for a name');
    const isFirst = chat.kommoChatId === null && message.tries < MOST_PAUSES;
    if (error.failure !== 'rate_limited' || !isFirst) return undefined;
    const asked = error.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS;
    // Those who wrote at the same time do not ask at the same time again.
    const holdSeconds = Math.min(asked, LONGEST_PAUSE_SECONDS) * (1 + Math.random() / 2);
    return { holdSeconds, counts: true };
  }
}
