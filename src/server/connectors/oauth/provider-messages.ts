import { operatorAddresses } from '../api/addresses.ts';
import { type ApiMessages, apiMessages } from '../api/messages.ts';
import { demandSuccess, type Peer, post } from '../api/post.ts';
import {
  ConnectorError,
  type Credentials,
  type Linked,
  type Outside,
  type Tools,
} from '../connector.ts';
import { isRenewalDue, storedGrant } from './grant.ts';

/** Messages of a provider that has a `messages_url`. */
export interface ProviderMessages extends ApiMessages {
  /**
   * Tells the provider where to post the account's messages, and with which secret. Safe to repeat.
   *
   * @throws ConnectorError when the provider does not take it
   */
  introduce(tools: Tools, linked: Linked): Promise<void>;
}

/**
 * The protocol of `docs/api-connector.md` with a provider of `OAUTH_PROVIDERS`: each call carries the signed-in
 * account's access token beside the signature.
 */
export function providerMessages(url: string, outside?: Outside): ProviderMessages {
  const addresses = operatorAddresses(url, outside);

  function peerOf(tools: Tools, credentials: Credentials): Peer {
    const { accessToken, refreshToken = '' } = storedGrant.parse(credentials);
    return {
      url,
      send: addresses.send(tools, url),
      headers: { authorization: `Bearer ${accessToken}` },
      secrets: [accessToken, refreshToken],
    };
  }

  const messages = apiMessages(addresses, (tools, credentials) => {
    // Only `health` renews, one at a time: a refresh token works once.
    if (isRenewalDue(storedGrant.parse(credentials), tools.now())) {
      throw new ConnectorError('reauthorize');
    }
    return peerOf(tools, credentials);
  });

  return {
    ...messages,
    async introduce(tools, linked) {
      const { webhook } = tools;
      if (webhook === undefined) return;
      const peer = peerOf(tools, linked.credentials);
      const answer = await post(tools, peer, {
        type: 'connected',
        account: { id: linked.externalId },
        webhook_url: webhook.url,
        secret: webhook.secret,
      });
      demandSuccess(answer, { peer, tools, failure: 'rejected' });
    },
  };
}
