import type { ConnectorDescription } from '../../contract/connectors.ts';
import { api } from './api/api.ts';
import type { Connector, ConnectorOffer, Outside } from './connector.ts';
import { evolution } from './evolution.ts';
import { oauthProviders } from './oauth/oauth-provider.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { waha } from './waha.ts';

/** Every chat service this backend knows, by its id, in the order they are offered. */
export const OFFERS = {
  telegram,
  waha,
  evolution,
  slack,
  api,
  // `npm run new:connector` adds its line above this one.
  oauthProviders,
} satisfies Record<string, ConnectorOffer>;

type Offers = typeof OFFERS;

/** Undefined: not offered. */
export type ConnectorSettings = {
  [Id in keyof Offers]: ReturnType<Offers[Id]['settings']> | undefined;
};

/** The chat services this backend offers. */
export interface ConnectorRegistry {
  find(id: string): Connector | undefined;
  /** In the order they are offered. */
  all(): Connector[];
  describe(): ConnectorDescription[];
}

/** @param outside calls public addresses only; left out in development */
export function createConnectorRegistry(
  settings: ConnectorSettings,
  outside?: Outside,
): ConnectorRegistry {
  const connectors = Object.entries<ConnectorOffer>(OFFERS).flatMap(([id, { create }]) => {
    const own = settings[id as keyof Offers];
    return own === undefined ? [] : create(own, outside);
  });
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  return {
    find: (id) => byId.get(id),
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
    carries_messages: connector.messages !== undefined,
  };
}
