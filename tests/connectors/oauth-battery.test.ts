import type { Linked } from '../../src/server/connectors/connector.ts';
import { createOAuthProvider } from '../../src/server/connectors/oauth/oauth-provider.ts';
import type { OAuthProvider } from '../../src/server/connectors/oauth/providers-file.ts';
import { connectorBattery } from './battery.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import { Person } from './support/person.ts';
import type { Stage, Who } from './support/stage.ts';
import { BACKEND } from './support/tools.ts';

const ACME_SECRET = 'emulator-oidc-client-secret-0123456789';
const PEOPLE = ['ada', 'bob'] as const;

function acmeAt(emulated: Emulated): OAuthProvider {
  return {
    id: 'acme',
    name: 'Acme Chat',
    issuer: emulated.at('', 'oidc.localhost'),
    client_id: 'kommo-chat-connector',
    client_secret: ACME_SECRET,
    scopes: ['openid', 'profile', 'email'],
    pkce: true,
    token_auth: 'basic',
    account: { id: '/sub', name: '/name', handle: '/email' },
  };
}

/** As RFC 6749, 2.3.1 wants them: form-encoded first. */
function basicCredentials(clientId: string): string {
  const encode = (text: string) => text.replaceAll('-', '%2D');
  return Buffer.from(`${encode(clientId)}:${encode(ACME_SECRET)}`).toString('base64');
}

/** Signs in on the pages of the emulated Acme. */
async function consent(authorizeUrl: string, who: Who): Promise<URLSearchParams> {
  const person = new Person();
  const callback = `${BACKEND}/connect/callback/`;
  const { address: form } = await person.follow(authorizeUrl, callback);
  const { location } = await person.submit(form, { person: PEOPLE[who] });
  const { address } = await person.follow(new URL(location ?? '', form), callback);
  return address.searchParams;
}

describe('every connector', () => {
  connectorBattery('acme', async (): Promise<Stage> => {
    const emulated = await startEmulated();
    const provider = acmeAt(emulated);
    return {
      connector: createOAuthProvider(provider),
      proxy: emulated.proxy,
      secrets: [ACME_SECRET, basicCredentials(provider.client_id)],
      consent,
      revoke: async ({ credentials }: Linked) => {
        const us = new Person(`Basic ${basicCredentials(provider.client_id)}`);
        const answer = await us.submit(`${provider.issuer}/token/revocation`, {
          token: String(credentials.accessToken),
        });
        expect(answer.status).toBe(200);
      },
      close: emulated.close,
    };
  });
});
