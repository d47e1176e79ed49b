import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { seconds, serviceAddress, text } from '../platform/environment.ts';
import {
  ConnectorError,
  type Credentials,
  type Health,
  type Outside,
  offer,
  type QrConnector,
  type QrProgress,
  type Tools,
} from './connector.ts';
import { fetchPicture } from './fetch-picture.ts';
import { CONNECTED, healthOf } from './health.ts';
import { unavailable } from './http.ts';
import { accessOf } from './waha/access.ts';
import { wahaMessages } from './waha/carrier.ts';
import { WahaClient, type WahaSessionInfo } from './waha/client.ts';
import { findPictureAddress } from './waha/directory.ts';
import { isComplete } from './waha/webhook.ts';
import { demandProof, eventOf, webhookSecret } from './webhook-proof.ts';
import { linkedNumber, phoneOfWhatsAppId } from './whatsapp/number.ts';
import {
  codeProgress,
  namelessProgress,
  storedCredentials,
  storedSession,
  whatsAppSessions,
} from './whatsapp/session.ts';

/** WhatsApp shows the first code for a minute and each of six more for twenty seconds. */
const CODES = { firstMs: 60_000, nextMs: 20_000, refreshes: 6 };

const PHONE_OFFLINE: Health = { status: 'phone_offline', reason: 'phone_offline' };

const STARTING: Health = { status: 'connecting', reason: null };

type WahaSession = z.output<typeof storedSession>;

const statusEvent = z.object({
  event: z.literal('session.status'),
  session: z.string(),
  payload: z.object({ status: z.string() }),
});

/** The engine's own state, a bare word or wrapped. */
const engineEvent = z.object({
  event: z.literal('state.change'),
  session: z.string(),
  payload: z.union([z.string(), z.object({ state: z.string() }).transform(({ state }) => state)]),
});

interface WahaSettings {
  /** Address of the server the operator runs, without a trailing slash. */
  url: string;
  apiKey: string;
  /** Least time between two messages of a number. */
  secondsBetweenMessages?: number;
}

export const waha = offer({
  environment: {
    WAHA_URL: serviceAddress,
    WAHA_API_KEY: text,
    WAHA_SECONDS_BETWEEN_MESSAGES: seconds(1, 0, 600),
  },
  settings: (variables): WahaSettings => ({
    url: variables.WAHA_URL,
    apiKey: variables.WAHA_API_KEY,
    secondsBetweenMessages: variables.WAHA_SECONDS_BETWEEN_MESSAGES,
  }),
  create: createWaha,
});

/**
 * WhatsApp numbers through a WAHA server.
 *
 * @param outside calls public addresses only: pictures lie at WhatsApp's own servers
 */
export function createWaha(settings: WahaSettings, outside?: Outside): QrConnector {
  const client = new WahaClient(settings);

  /**
   * Asks for what a session of an older version never asked for. All that is needed is at hand, so it is nothing to
   * trouble an admin with. Only a session that works is restarted: another one may be showing a code.
   *
   * @returns whether the session starts again now
   */
  async function renewWebhook(
    tools: Tools,
    session: string,
    info: WahaSessionInfo | undefined,
  ): Promise<boolean> {
    if (info?.status !== 'WORKING' || isComplete(tools, info.config)) return false;
    try {
      await client.configure(tools, session, info.config);
      return true;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.failure !== 'misconfigured') throw error;
      // A server too old for some of the events: what it told us of before, it still does.
      tools.log.warn({}, 'waha does not take the events we ask for');
      return false;
    }
  }

  return {
    ...whatsAppSessions(client),
    id: 'waha',
    titleKey: 'connectors.waha.title',

    async check(tools, stored): Promise<QrProgress> {
      const session = storedSession.parse(stored);
      const info = await client.find(tools, session.session);
      switch (info?.status) {
        case 'STARTING':
          // WAHA restarts its own connection right after a scan.
          return { state: session.code === undefined ? 'starting' : 'linking', session };
        case 'SCAN_QR_CODE':
          return codeProgress(
            session,
            await client.findCode(tools, session.session),
            tools.now(),
            CODES,
          );
        case 'WORKING':
          return accountOf(session, info, tools.now());
        default:
          // FAILED once the codes ran out; gone or STOPPED when it was ended at the server.
          return { state: 'expired', session };
      }
    },

    async pairingCode(tools, stored, phone): Promise<string> {
      const { session } = storedSession.parse(stored);
      const info = await client.find(tools, session);
      if (info?.status !== 'SCAN_QR_CODE') throw unavailable('waha: no sign-in is waiting');
      return await client.requestCode(tools, session, phone);
    },

    async link(tools, linked): Promise<Credentials> {
      const { session } = storedCredentials.parse(linked.credentials);
      if (tools.webhook !== undefined) {
        const info = await client.find(tools, session);
        if (!isComplete(tools, info?.config)) await client.configure(tools, session, info?.config);
      }
      return { session };
    },

    async health(tools, credentials): Promise<Health> {
      const { session } = storedCredentials.parse(credentials);
      try {
        const info = await client.find(tools, session);
        if (await renewWebhook(tools, session, info)) return STARTING;
        return info?.engine?.state === 'TIMEOUT' ? PHONE_OFFLINE : healthOfStatus(info?.status);
      } catch (error) {
        return healthOf(error, 'scan_again');
      }
    },

    async findPicture(tools, credentials, { externalId }) {
      const access = accessOf(settings, credentials);
      const address = await findPictureAddress(tools, access, externalId);
      return await fetchPicture((outside ?? tools).send, address);
    },

    messages: wahaMessages(settings),

    async receive(tools, credentials, request): Promise<Health | undefined> {
      const expected = createHmac('sha512', webhookSecret(tools))
        .update(request.body)
        .digest('hex');
      demandProof(request.headers['x-webhook-hmac']?.toLowerCase(), expected);
      const body = eventOf(request.body);
      const status = statusEvent.safeParse(body).data;
      const engine = engineEvent.safeParse(body).data;
      const session = status?.session ?? engine?.session;
      if (credentials !== undefined && session !== credentials.session) return undefined;
      if (status !== undefined) return healthOfStatus(status.payload.status);
      if (engine?.payload === 'TIMEOUT') return PHONE_OFFLINE;
      return engine?.payload === 'CONNECTED' ? CONNECTED : undefined;
    },
  };
}

function accountOf(session: WahaSession, info: WahaSessionInfo, now: Date): QrProgress {
  const digits = phoneOfWhatsAppId(info.me?.id);
  if (digits === undefined) return namelessProgress(session, now);
  const linked = {
    ...linkedNumber(digits, info.me?.pushName),
    credentials: { session: session.session },
  };
  return { state: 'connected', session, linked };
}

function healthOfStatus(status: string | undefined): Health {
  switch (status) {
    case 'WORKING':
      return CONNECTED;
    case 'STARTING':
      return STARTING;
    case undefined:
    case 'SCAN_QR_CODE':
    // WhatsApp wants the phone's owner to prove who they are, as in a new sign-in.
    case 'PASSKEY_REQUIRED':
    case 'PASSKEY_CONFIRMATION_REQUIRED':
    case 'FAILED':
      return { status: 'action_needed', reason: 'scan_again' };
    default:
      // STOPPED by the operator, or a state we do not know.
      return { status: 'error', reason: 'service_error' };
  }
}
