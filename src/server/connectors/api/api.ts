import { createHash } from 'node:crypto';
import { z } from 'zod';
import { choice } from '../../platform/environment.ts';
import {
  type ApiKeyConnector,
  ConnectorError,
  type Credentials,
  type Health,
  type Linked,
  type Outside,
  offer,
  type Tools,
} from '../connector.ts';
import { CONNECTED, healthOf } from '../health.ts';
import { plainLine } from '../plain-text.ts';
import { publicAddresses } from './addresses.ts';
import { apiMessages } from './messages.ts';
import { demandSuccess, type Peer, post } from './post.ts';

const LONGEST_ADDRESS = 2_048;

/** Half of a SHA-256: nobody finds two addresses with the same. */
const ID_LETTERS = 32;

const storedCredentials = z.object({ callbackUrl: z.string() });

export const api = offer({
  environment: { API_CHANNELS: choice('off', 'on').default('off') },
  settings: ({ API_CHANNELS }) => ({ isOffered: API_CHANNELS === 'on' }),
  create: ({ isOffered }, outside) => (isOffered ? createApi(outside) : []),
});

/**
 * A chat service of one's own, without code here: it posts to the channel's webhook and is posted to at its callback
 * address, both ways as signed JSON. `docs/api-connector.md` describes the protocol.
 *
 * @param outside calls public addresses only; without it, as in development, a service may be on this machine
 */
export function createApi(outside?: Outside): ApiKeyConnector {
  const addresses = publicAddresses(outside);
  const messages = apiMessages(addresses, peerOf);

  function peerOf(tools: Tools, credentials: Credentials): Peer {
    const { callbackUrl } = storedCredentials.parse(credentials);
    const { pathname, search } = new URL(callbackUrl);
    // A path or a query may be what keeps strangers out.
    const secrets = [
      callbackUrl,
      ...(search === '' ? [] : [search]),
      ...(pathname === '/' ? [] : [pathname]),
    ];
    return { url: callbackUrl, send: addresses.send(tools, callbackUrl), secrets };
  }

  return {
    id: 'api',
    titleKey: 'connectors.api.title',
    auth: 'api_key',
    fields: [
      { name: 'name', type: 'text', required: true, secret: false },
      { name: 'callback_url', type: 'url', required: true, secret: false },
    ],
    showsWebhook: true,

    /** Calls nobody: the service gets the secret that proves our calls only after this. */
    async verify(_tools, values): Promise<Linked> {
      const name = plainLine(values.name);
      if (name === undefined) throw new ConnectorError('rejected', { field: 'name' });
      const url = URL.parse((values.callback_url ?? '').trim());
      if (url === null || url.href.length > LONGEST_ADDRESS || !addresses.isAllowed(url.href)) {
        throw new ConnectorError('rejected', {
          field: 'callback_url',
          reason: 'must be a public https address',
        });
      }
      url.hash = '';
      const callbackUrl = url.href;
      return {
        // The address itself may hold a secret, and the id is shown.
        externalId: createHash('sha256').update(callbackUrl).digest('hex').slice(0, ID_LETTERS),
        name,
        handle: url.host,
        credentials: { callbackUrl },
      };
    },

    async health(tools, credentials): Promise<Health> {
      const peer = peerOf(tools, credentials);
      try {
        const ping = { type: 'ping' as const, timestamp_ms: tools.now().getTime() };
        demandSuccess(await post(tools, peer, ping), { peer, tools, failure: 'misconfigured' });
        return CONNECTED;
      } catch (error) {
        return healthOf(error, 'key_rejected');
      }
    },

    /** Nothing to end: the channel's address is gone with the channel. */
    async unlink(): Promise<void> {},

    async receive(tools, _credentials, request): Promise<undefined> {
      messages.receive(tools, request);
    },

    messages: messages.carrier,
  };
}
