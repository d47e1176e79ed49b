import type { ConnectorDescription } from '../contract/connectors.ts';
import type { HelpAnchor, HelpTopic } from '../contract/help.ts';
import type { Host } from './host.ts';

/** Services with a page of their own. */
const TOPICS: Readonly<Record<string, HelpTopic>> = {
  telegram: 'telegram',
  waha: 'whatsapp',
  evolution: 'whatsapp',
  slack: 'slack',
  api: 'own-service',
};

/** Where the help is, in the admin's language: a page of our own backend. */
export function helpUrl(
  { apiUrl, texts }: Pick<Host, 'apiUrl' | 'texts'>,
  topic: HelpTopic,
  anchor?: HelpAnchor,
): string {
  const address = `${apiUrl}/help/${topic}?lang=${encodeURIComponent(texts.language)}`;
  return anchor === undefined ? address : `${address}#${anchor}`;
}

/** The page about connecting an account of this service. */
export function helpTopicOf({ id, auth }: Pick<ConnectorDescription, 'id' | 'auth'>): HelpTopic {
  const own = Object.hasOwn(TOPICS, id) ? TOPICS[id] : undefined;
  return own ?? (auth === 'oauth' ? 'sign-in' : 'start');
}
