import type { ConnectorDescription } from '../../contract/connectors.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Connector } from './connector.ts';
import type { ConnectorSettings } from './connector-settings.ts';
import { createEvolution } from './evolution.ts';
import { createOAuthProvider } from './oauth/oauth-provider.ts';
import { createSlack } from './slack.ts';
import { createTelegram } from './telegram.ts';
import { createWaha } from './waha.ts';

/** The chat services this backend offers. */
export interface ConnectorRegistry {
  get(id: string): Connector | undefined;
  /** In the order they are offered. */
  all(): Connector[];
  describe(): ConnectorDescription[];
}

/**
 * A connector whose settings are absent is not offered.
 *
 * @param outside calls public addresses only; left out in development
 */
export function createConnectorRegistry(
  settings: ConnectorSettings,
  outside?: Outbound,
): ConnectorRegistry {
  const offered: (Connector | undefined)[] = [
    settings.telegram && createTelegram(settings.telegram),
    settings.waha && createWaha(settings.waha),
    settings.evolution && createEvolution(settings.evolution),
    settings.slack && createSlack(settings.slack),
    // `npm run new:connector` adds its line above this one.
    ...settings.oauthProviders.map((provider) => createOAuthProvider(provider, outside)),
  ];
  const connectors = offered.filter((connector) => connector !== undefined);
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  return {
    get: (id) => byId.get(id),
    all: () => [...connectors],
    describe: () => connectors.map(descriptionOf),
  };
}

function descriptionOf(connector: Connector): ConnectorDescription {
  return {
    id: connector.id,
    auth: connector.auth,
    title_key: connector.titleKey,
    fields: connector.auth === 'oauth' ? [] : connector.fields,
  };
}
