/**
 * An OpenID provider: the real oidc-provider package behind a sign-in page of ours, on `oidc.localhost`.
 * It reads request bodies itself, so it has a server of its own, to which the emulator forwards requests.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type Provider from 'oidc-provider';
import { escapeHtml } from '../engine/escape-html.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import { createOidcStore } from './oidc-store.ts';
import { servicePage } from './page.ts';
import { openerPolicy } from './service-settings.ts';
import { sampleBytes } from './telegram/samples.ts';

export const OIDC_CLIENT_ID = 'kommo-chat-connector';
export const OIDC_CLIENT_SECRET = 'emulator-oidc-client-secret-0123456789';

/** Id of the provider in `OAUTH_PROVIDERS`, and so the last part of its redirect URI. */
const OIDC_PROVIDER_ID = 'acme';

const PEOPLE = [
  { id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.example' },
  { id: 'bob', name: 'Bob Builder', email: 'bob@acme.example' },
] as const;

const running = new WeakMap<World, Map<string, Promise<number>>>();

export function oidcRoutes(): Route[] {
  const host = /^oidc\.localhost$/;
  return [
    { method: 'GET', host, path: '/pictures/ada.jpg', handler: sendPicture },
    { method: '*', host, path: '/*', handler: passOn },
  ];
}

function sendPicture(exchange: Exchange): void {
  exchange.send(200, sampleBytes('photo-320.jpg'), { 'content-type': 'image/jpeg' });
}

async function passOn(exchange: Exchange): Promise<void> {
  const port = await portOf(exchange.world, `http://${exchange.header('host')}`);
  const inner = httpRequest({
    host: '127.0.0.1',
    port,
    method: exchange.method,
    path: `${exchange.url.pathname}${exchange.url.search}`,
    headers: { ...exchange.request.headers, connection: 'close' },
    agent: false,
  });
  inner.end(exchange.body);
  const [answer] = (await once(inner, 'response')) as [IncomingMessage];
  const body = await text(answer);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value;
  }
  exchange.send(answer.statusCode ?? 502, body, { ...headers, ...openerPolicy(exchange.world) });
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** One provider for each issuer address and backend, since both are part of its configuration. */
function portOf(world: World, issuer: string): Promise<number> {
  const redirectUri = new URL(
    `/connect/callback/${OIDC_PROVIDER_ID}`,
    world.integration().redirect_uri,
  ).href;
  const byIssuer = running.get(world) ?? new Map<string, Promise<number>>();
  running.set(world, byIssuer);
  const key = `${issuer} ${redirectUri}`;
  const started = byIssuer.get(key) ?? start(issuer, redirectUri);
  byIssuer.set(key, started);
  return started;
}

async function start(issuer: string, redirectUri: string): Promise<number> {
  const { default: OidcProvider, interactionPolicy } = await import('oidc-provider');
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new OidcProvider(issuer, {
    adapter: createOidcStore(),
    clients: [
      {
        client_id: OIDC_CLIENT_ID,
        client_secret: OIDC_CLIENT_SECRET,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    jwks: {
      keys: [
        { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'emulator' },
      ],
    },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    claims: { openid: ['sub'], profile: ['name', 'picture'], email: ['email'] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => Promise.resolve(true) },
    },
    pkce: { required: () => false },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 600,
      IdToken: 3600,
      Interaction: 600,
      Session: 60,
      Grant: 86_400,
      RefreshToken: 86_400,
    },
    interactions: {
      policy,
      url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}`,
    },
    findAccount: (_context: unknown, id: string) => {
      const person = PEOPLE.find((one) => one.id === id);
      return (
        person && {
          accountId: id,
          claims: () => ({
            sub: id,
            name: person.name,
            email: person.email,
            // Bob has none.
            ...(id === 'ada' && { picture: `${issuer}/pictures/ada.jpg` }),
          }),
        }
      );
    },
  });
  const serve = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) return serve(request, response);
    interact(provider, request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' });
      response.end(servicePage('Sign-in has expired', `<p>${escapeHtml(String(error))}</p>`));
    });
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The sign-in page: choose a person, or cancel. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    const people = PEOPLE.map(
      ({ id, name }) => `<button name="person" value="${id}">Sign in as ${name}</button>`,
    );
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      servicePage(
        'Sign in to emulated Acme Chat',
        `<form method="post">${people.join('')}<button class="quiet" name="person" value="">Cancel</button></form>`,
      ),
    );
    return;
  }
  const person = new URLSearchParams(await text(request)).get('person') ?? '';
  if (!PEOPLE.some(({ id }) => id === person)) {
    return provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: 'The person cancelled.',
    });
  }
  const grant = new provider.Grant({
    accountId: person,
    clientId: String(details.params.client_id),
  });
  grant.addOIDCScope('openid profile email offline_access');
  await provider.interactionFinished(request, response, {
    // The page asks for the account every time.
    select_account: {},
    login: { accountId: person },
    consent: { grantId: await grant.save() },
  });
}
