import { z } from 'zod';
import type { ChannelStatus, StatusReason, TestTarget } from '../../contract/api.ts';
import type { ConnectorField } from '../../contract/connectors.ts';
import type { Outbound, OutboundPool, OutboundStream } from '../platform/outbound.ts';
import type {
  AccountAtService,
  ChannelOption,
  ChatAddress,
  OpenMedia,
  OutgoingMessage,
  ReceivedItem,
  ReceivedPerson,
  SendOutcome,
} from './messages.ts';

/**
 * The contract of a chat service. A connector says who it is and which of three kinds of sign-in it uses, and
 * performs it. It never sees an HTTP request of ours, the database, Kommo or React. The room
 * `channels` owns what is the same for all: the OAuth `state` and its check, expiry, the channel limit,
 * encryption, polling pace, and what the admin sees.
 */
export type Connector = OAuthConnector | QrConnector | ApiKeyConnector;

/** What each chat service brings to the registry. */
export interface ConnectorOffer {
  /** Its variables. Those without a default are set together; without them the service is not offered. */
  environment: z.ZodObject;
  /** Makes the connector's settings from the variables. */
  settings(variables: object): unknown;
  /** @param outside calls public addresses only; left out in development */
  create(settings: unknown, outside?: Outside): Connector | Connector[];
}

/** Calls public addresses only. */
export type Outside = Pick<OutboundPool, 'send' | 'stream'>;

export function offer<Shape extends z.ZodRawShape, Settings>(parts: {
  environment: Shape;
  settings: (variables: z.output<z.ZodObject<Shape>>) => Settings;
  create: (settings: Settings, outside?: Outside) => Connector | Connector[];
}) {
  return { ...parts, environment: z.object(parts.environment) };
}

/** Stored sealed; opaque to all but the connector. */
export type Credentials = Record<string, unknown>;

/** A connector's own notes during an attempt (session name, PKCE verifier); stored sealed. */
export type Session = Record<string, unknown>;

/** A signed-in account of the chat service. */
export interface Linked {
  /** The service's own id of the account; one channel per id and Kommo account. */
  externalId: string;
  name: string;
  /** `@name`, phone number or workspace address: what people know the account by. */
  handle: string | null;
  /** Where the service says the picture is. Kept for `findPicture`, and shown to nobody. */
  avatarUrl?: string;
  /** E.164, where the account is a phone number. */
  phone?: string;
  credentials: Credentials;
  /**
   * The admin must agree before this account is connected, because its events stop arriving where they arrive now:
   * `webhook_taken` at another program; `webhook_here` at this backend, which matters only if another Kommo account
   * still has a channel of it.
   */
  warning?: 'webhook_taken' | 'webhook_here';
}

/** Whose picture is looked for. */
export type PicturedAccount = Pick<Linked, 'externalId' | 'avatarUrl'>;

/** What a connector may use. */
export interface Tools {
  send: Outbound;
  /** The same for what must not be held in memory: files, both ways. */
  stream: OutboundStream;
  now: () => Date;
  /** Structured log; field names that may hold secrets are redacted, but pass none. */
  log: { warn: (details: object, message: string) => void };
  /** Where the service sends the browser back to: `<PUBLIC_URL>/connect/callback/<id>`. */
  redirectUrl: string;
  /**
   * Present once a channel or attempt exists: where the service may post events, and with which secret
   * (32 to 256 of `A-Z a-z 0-9 _ -`). A channel keeps its pair as long as it lives; only where the connector
   * `showsWebhook` does signing in again make another secret.
   */
  webhook?: { url: string; secret: string };
}

/** How a channel is doing, as the service says. */
export interface Health {
  status: Exclude<ChannelStatus, 'paused'>;
  reason: StatusReason | null;
  /**
   * Present when asking renewed the grant: to be stored in place of the channel's credentials. A refresh
   * token works once, so one `health` per channel runs at a time.
   */
  credentials?: Credentials;
}

/** What an event says that came to the address shared by all accounts of a service. */
export type SharedEvent =
  /** The service asks whether the address is ours; this is the answer it waits for. */
  | { kind: 'answer'; body: Record<string, string> }
  | {
      kind: 'event';
      /** `Linked.externalId` of those it is for; several channels may have the same. */
      externalIds: string[];
      /** The grant may have ended: each channel is to be checked soon. */
      isCheckDue?: true;
    };

/** An event the service posted to us. Header names are lower case; `body` is the bytes as received. */
export interface WebhookRequest {
  headers: Record<string, string | undefined>;
  body: Buffer;
  /** When it came in, in milliseconds: for events that do not say themselves when they happened. */
  receivedAtMs?: number;
}

interface Common {
  /** Stored and never changed. */
  id: string;
  /** Key in the language files, or a plain name for providers configured by the operator. */
  titleKey: string;
  /** Makes a confirmed account usable (registers the webhook); may add to the credentials. Safe to repeat. */
  link?(tools: Tools, linked: Linked): Promise<Credentials>;
  /**
   * Asks the service how the account is doing. A service that cannot be reached is an answer (`error`,
   * `service_unreachable`), not a failure.
   *
   * @throws ConnectorError `rate_limited` only: nothing was learned, the old status stands
   */
  health(tools: Tools, credentials: Credentials): Promise<Health>;
  /**
   * Ends the session at the service, idempotent; never removes what is not ours.
   *
   * @throws ConnectorError when the service could not be told; worth trying again
   */
  unlink(tools: Tools, credentials: Credentials): Promise<void>;
  /**
   * Proves an event and says what it means for the channel's status; `undefined` when it means nothing.
   * @throws ConnectorError `signature` when the event is not proven; `invalid_event` when it is, and the service
   *   should hear that nothing of it can be read
   */
  receive?(
    tools: Tools,
    credentials: Credentials | undefined,
    request: WebhookRequest,
  ): Promise<Health | undefined>;
  /**
   * Present when the service posts the events of all accounts to one address, `/connect/webhooks/<id>/events`. Pure:
   * proves an event with the operator's own secret and says whose it is.
   *
   * @throws ConnectorError `signature` when the event is not proven
   */
  openShared?(request: WebhookRequest, now: Date): SharedEvent;
  /**
   * Fetches the account's picture, where the service has any: the bytes as they come, undefined when there is none. An
   * address that the service or the account's owner named is called through `Outside`. Quick, and best effort.
   *
   * @throws ConnectorError
   */
  findPicture?(
    tools: Tools,
    credentials: Credentials,
    account: PicturedAccount,
  ): Promise<Buffer | undefined>;
  /** Present when channels of this service carry messages. */
  messages?: MessageCarrier;
}

/**
 * What a connector adds when its service carries messages. It still sees no database, no Kommo and no HTTP of ours:
 * the room `messages` stores, orders, repeats and reports, and calls these functions one message at a time.
 */
export interface MessageCarrier<Part = unknown> {
  /**
   * The service takes a message that it has already for the same message, by its `id`. One whose fate is unknown may
   * be sent again then, also where the process died between call and answer; `unavailable` may mean so here.
   */
  repeatsAreSafe?: true;
  /** Which of a channel's options the service has. */
  options: readonly ChannelOption[];
  /** Where a test message goes; left out where there is no way that bothers no stranger. */
  test?: TestWay;
  /**
   * Least seconds between two messages of one channel: a server that plays a phone is taken for a robot when it writes
   * faster than a person could.
   */
  secondsBetweenMessages?: number;
  /** `send` wants `ChatAddress.lastReceivedId` and those before, to show a client that all was seen before it is answered. */
  showsSeen?: true;
  /**
   * Asks which chat an id stands for that `parse` marked as `isAlias`. Quick, and best effort.
   *
   * @returns the id that `parse` gives the same chat elsewhere; undefined when the service does not know
   * @throws ConnectorError
   */
  findChat?(
    tools: Tools,
    credentials: Credentials,
    alias: string,
  ): Promise<{ chatId: string; phone?: string } | undefined>;
  /**
   * Asks who somebody is that `parse` knows only by id (`isNameless`). Best effort.
   *
   * @throws ConnectorError
   */
  findPerson?(
    tools: Tools,
    credentials: Credentials,
    personId: string,
  ): Promise<Omit<ReceivedPerson, 'id'> | undefined>;
  /**
   * Reads a proven event. Pure, and it never throws on odd input: what is of no interest is left out, and what
   * Kommo has no kind for arrives as a text that says what it was.
   */
  parse(event: WebhookRequest, account: AccountAtService): ReceivedItem[];
  /** Cuts a message into what the service takes in one call, in order; at least one part. Pure, and always the same. */
  compose(message: OutgoingMessage): Part[];
  /**
   * Sends one part.
   *
   * @throws ConnectorError for what is not about this message: `rate_limited` (wait), `unavailable` (surely not
   *   sent; wait), `rejected` and `reauthorize` (the sign-in is dead, or has to be renewed: `health` renews what can
   *   be renewed), `misconfigured`
   */
  send(tools: Tools, credentials: Credentials, chat: ChatAddress, part: Part): Promise<SendOutcome>;
  /**
   * Opens a file the service holds. The caller reads the stream to its end or destroys it.
   *
   * @param ref what `parse` gave with the message
   * @throws ConnectorError `rejected` when the file is gone or too large for ever; others as above
   */
  openMedia(tools: Tools, credentials: Credentials, ref: unknown): Promise<OpenMedia>;
  /** Puts a reaction on a message, or takes it away. Where it is missing, reactions of managers go nowhere. */
  react?(
    tools: Tools,
    credentials: Credentials,
    chat: ChatAddress,
    reaction: { messageId: string; isOurs: boolean; emoji: string | null },
  ): Promise<SendOutcome>;
  /** Shows the client for some seconds that somebody is writing. Best effort. */
  typing?(tools: Tools, credentials: Credentials, chat: ChatAddress): Promise<void>;
  /** Tells the service that an item was received, where it waits for that. Best effort. */
  acknowledge?(tools: Tools, credentials: Credentials, acknowledgement: unknown): Promise<void>;
}

export type TestWay =
  /** To the person who wrote last: the service lets nobody else be written to. */
  | { target: Extract<TestTarget, 'last_chat'> }
  /** To the account itself, which shows it as a note to oneself. */
  | {
      target: Extract<TestTarget, 'own_number'>;
      ownChat: (account: AccountAtService) => ChatAddress;
    };

export interface OAuthConnector extends Common {
  auth: 'oauth';
  /**
   * Builds the address of the service's consent page. `state` must be passed on unchanged. `isFurther` when
   * another account of the service is connected already, or the last sign-in ended at an account that was not
   * connected: this time the person may want to choose.
   */
  begin(
    tools: Tools,
    state: string,
    options?: { isFurther: boolean },
  ): Promise<{ authorizeUrl: string; session: Session }>;
  /** Turns the query of the redirect into a signed-in account; never called with `error=access_denied`. */
  finish(tools: Tools, session: Session, query: URLSearchParams): Promise<Linked>;
}

export interface QrConnector extends Common {
  auth: 'qr';
  /** Optional inputs: `phone` for a pairing code. */
  fields: ConnectorField[];
  /** Opens a session at the service, named by `attemptId`, a UUID. Leaves nothing behind when it throws. */
  begin(tools: Tools, attemptId: string): Promise<Session>;
  /** Cheap enough to call every two seconds. A failure does not end the attempt. */
  check(tools: Tools, session: Session): Promise<QrProgress>;
  /** Asks for a code to type on the phone instead of scanning. `phone` is E.164 digits without `+`. Not while `check` runs. */
  pairingCode(tools: Tools, session: Session, phone: string): Promise<string>;
  /** Ends a session that is no longer wanted; idempotent. Throws as `unlink` does. */
  abandon(tools: Tools, session: Session): Promise<void>;
}

/** Where a QR sign-in stands. `session` is what to store for the next check. */
export type QrProgress =
  | { state: 'starting'; session: Session }
  | {
      state: 'showing';
      session: Session;
      /** Raw text of the code; we draw it ourselves. */
      value: string;
      expiresAt: Date;
      /** How many renewals were used, of how many. */
      refreshed: number;
      refreshes: number;
    }
  | {
      state: 'linking';
      session: Session;
      /** The session has worked for a while, but the service does not say whose it is. */
      isNameless?: boolean;
    }
  | { state: 'connected'; session: Session; linked: Linked }
  | { state: 'expired'; session: Session };

export interface ApiKeyConnector extends Common {
  auth: 'api_key';
  fields: ConnectorField[];
  /**
   * The admin tells the service the address and the secret of `Tools.webhook` by hand: both are shown once, when a
   * sign-in has made or renewed a channel.
   */
  showsWebhook?: true;
  /** Asks the service who these values belong to; changes nothing there. */
  verify(tools: Tools, values: Record<string, string>): Promise<Linked>;
}

export type ConnectorFailure =
  /** The service answered and refused what the admin gave. `reason` is its own text, `field` the input. */
  | 'rejected'
  /** The grant or session of an existing channel is dead; the admin must sign in again. */
  | 'reauthorize'
  /** Not reached, or 5xx: waiting may help. */
  | 'unavailable'
  | 'rate_limited'
  /**
   * The operator's settings (client secret, server key, address) are wrong, or the service answers in a way
   * we do not understand. Waiting does not help.
   */
  | 'misconfigured'
  /** A posted event is not proven. */
  | 'signature'
  /** A proven event has a shape nobody can read; `field` is the path of the faulty value, `reason` what it must be. */
  | 'invalid_event';

/** The only error a connector may throw; anything else is our bug. Never holds a secret. */
export class ConnectorError extends Error {
  readonly failure: ConnectorFailure;
  readonly field: string | undefined;
  /** The service's own words, at most 200 characters, safe to show as plain text. */
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    failure: ConnectorFailure,
    options: { cause?: unknown; field?: string; reason?: string; retryAfterSeconds?: number } = {},
  ) {
    super(`connector: ${failure}`, { cause: options.cause });
    this.name = 'ConnectorError';
    this.failure = failure;
    this.field = options.field;
    this.reason = options.reason?.slice(0, 200);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
