import { setTimeout as pause } from 'node:timers/promises';
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
import { evolutionMessages } from './evolution/carrier.ts';
import { EvolutionClient, type EvolutionCodes, type EvolutionServer } from './evolution/client.ts';
import { SECRET_HEADER } from './evolution/webhook.ts';
import { fetchPicture } from './fetch-picture.ts';
import { CONNECTED, healthOf } from './health.ts';
import { unavailable } from './http.ts';
import { demandProof, eventOf, webhookSecret } from './webhook-proof.ts';
import { linkedNumber, phoneOfWhatsAppId } from './whatsapp/number.ts';
import {
  codeProgress,
  namelessProgress,
  storedCredentials,
  storedSession,
  whatsAppSessions,
} from './whatsapp/session.ts';

/**
 * Evolution's own life of a code (`qrTimeout`). It would go on to thirty codes; an attempt of ten minutes
 * needs no more than these.
 */
const CODES = { firstMs: 45_000, nextMs: 45_000, refreshes: 6 };
/** A closed connection is over only after this long: asking for a pairing code closes it for a moment. */
const CLOSED_MS = 5_000;
/** Pauses between polls for a pairing code, which Evolution makes in the background. */
const PAIRING_PAUSE_MS = 1_000;
const PAIRING_POLLS = 8;

/** A number that writes faster than a person could is taken for a robot. */
const DEFAULT_PACE_SECONDS = 1;

const evolutionSession = storedSession.extend({ closedAt: z.coerce.date().optional() });
type EvolutionSession = z.output<typeof evolutionSession>;

const connectionEvent = z.object({
  event: z.literal('connection.update'),
  instance: z.string(),
  data: z.object({ state: z.string() }),
});

export const evolution = offer({
  environment: {
    EVOLUTION_URL: serviceAddress,
    EVOLUTION_API_KEY: text,
    EVOLUTION_SECONDS_BETWEEN_MESSAGES: seconds(DEFAULT_PACE_SECONDS, 0, 600),
  },
  settings: (variables): EvolutionSettings => ({
    url: variables.EVOLUTION_URL,
    apiKey: variables.EVOLUTION_API_KEY,
    secondsBetweenMessages: variables.EVOLUTION_SECONDS_BETWEEN_MESSAGES,
  }),
  create: createEvolution,
});

interface EvolutionSettings extends EvolutionServer {
  /** Least pause between two messages of one number. */
  secondsBetweenMessages?: number;
}

/**
 * WhatsApp numbers through an Evolution API server that the operator runs.
 *
 * @param outside calls public addresses only: pictures lie at WhatsApp's own servers
 */
export function createEvolution(settings: EvolutionSettings, outside?: Outside): QrConnector {
  const client = new EvolutionClient(settings);

  return {
    ...whatsAppSessions(client),
    id: 'evolution',
    titleKey: 'connectors.evolution.title',

    async check(tools, stored): Promise<QrProgress> {
      const session = evolutionSession.parse(stored);
      switch (await client.findState(tools, session.session)) {
        case 'open':
          return await accountOf(client, tools, session);
        case 'connecting':
          return progressOf(await client.connect(tools, session.session), session, tools.now());
        case 'close':
          if (session.code !== undefined) return closed(session, tools.now());
          return progressOf(await client.connect(tools, session.session), session, tools.now());
        default:
          // Gone, or `refused` after the last code.
          return { state: 'expired', session };
      }
    },

    async pairingCode(tools, stored, phone): Promise<string> {
      const { session } = evolutionSession.parse(stored);
      let { pairingCode } = await client.connect(tools, session, phone);
      // A connection that already shows codes ignores the number; only a new one takes it.
      if (!pairingCode) await client.logout(tools, session);
      for (let poll = 0; !pairingCode && poll < PAIRING_POLLS; poll++) {
        if (poll > 0) await pause(PAIRING_PAUSE_MS);
        ({ pairingCode } = await client.connect(tools, session, phone));
      }
      if (!pairingCode) throw unavailable('evolution: no pairing code');
      return pairingCode;
    },

    async link(tools, linked): Promise<Credentials> {
      const { session } = storedCredentials.parse(linked.credentials);
      if (tools.webhook !== undefined) await client.setWebhook(tools, session, tools.webhook);
      return { session };
    },

    async health(tools, credentials): Promise<Health> {
      const { session } = storedCredentials.parse(credentials);
      try {
        const health = healthOfState(await client.findState(tools, session));
        if (health === CONNECTED) await renewWebhook(client, tools, session);
        return health;
      } catch (error) {
        return healthOf(error, 'scan_again');
      }
    },

    async receive(tools, credentials, request): Promise<Health | undefined> {
      demandProof(request.headers[SECRET_HEADER], webhookSecret(tools));
      const event = connectionEvent.safeParse(eventOf(request.body)).data;
      if (event === undefined) return undefined;
      if (credentials !== undefined && event.instance !== credentials.session) return undefined;
      return healthOfState(event.data.state);
    },

    // The address that came with the sign-in has ended by now.
    async findPicture(tools, credentials) {
      const { session } = storedCredentials.parse(credentials);
      const instance = await client.findInstance(tools, session);
      return await fetchPicture((outside ?? tools).send, instance?.profilePicUrl);
    },

    messages: evolutionMessages(
      settings,
      client,
      settings.secondsBetweenMessages ?? DEFAULT_PACE_SECONDS,
    ),
  };
}

/** A number that is connected stays so, whatever comes of it. */
async function renewWebhook(client: EvolutionClient, tools: Tools, session: string): Promise<void> {
  if (tools.webhook === undefined) return;
  try {
    await client.renewWebhook(tools, session, tools.webhook);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    tools.log.warn(
      { failure: error.failure },
      'what an Evolution instance tells could not be renewed',
    );
  }
}

async function accountOf(
  client: EvolutionClient,
  tools: Tools,
  session: EvolutionSession,
): Promise<QrProgress> {
  const instance = await client.findInstance(tools, session.session);
  const digits = phoneOfWhatsAppId(instance?.ownerJid);
  if (digits === undefined) return namelessProgress(session, tools.now());
  const linked = {
    ...linkedNumber(digits, instance?.profileName),
    credentials: { session: session.session },
  };
  return { state: 'connected', session, linked };
}

function closed(session: EvolutionSession, now: Date): QrProgress {
  const closedAt = session.closedAt ?? now;
  if (now.getTime() - closedAt.getTime() >= CLOSED_MS) return { state: 'expired', session };
  return { state: 'linking', session: { ...session, closedAt } };
}

/** What the codes mean now. The server would renew them without end. */
function progressOf(given: EvolutionCodes, session: EvolutionSession, now: Date): QrProgress {
  const { closedAt: _, ...open } = session;
  const last = session.code;
  const isNew = last !== undefined && Boolean(given.code) && given.code !== last.value;
  if (isNew && last.refreshed === CODES.refreshes) return { state: 'expired', session: open };
  return codeProgress(open, given.code, now, CODES);
}

function healthOfState(state: string | undefined): Health {
  switch (state) {
    case 'open':
      return CONNECTED;
    case 'connecting':
      return { status: 'connecting', reason: null };
    default:
      // Unknown to the server, closed by the phone, or refused.
      return { status: 'action_needed', reason: 'scan_again' };
  }
}
