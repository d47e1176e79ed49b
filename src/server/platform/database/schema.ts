import type { ColumnType, Generated } from 'kysely';
import type {
  AttemptReason,
  AttemptState,
  ChannelOptions,
  ChannelStatus,
  LinkedAccount,
  MessageKind,
  Preferences,
  Settings,
  StatusReason,
  SyncStatus,
  UndeliveredReason,
} from '../../../contract/api.ts';
import type { AuthKind } from '../../../contract/connectors.ts';

export interface Schema {
  accounts: AccountsTable;
  grants: GrantsTable;
  installCodes: InstallCodesTable;
  consentStates: ConsentStatesTable;
  settings: SettingsTable;
  scopes: ScopesTable;
  channels: ChannelsTable;
  channelChanges: ChannelChangesTable;
  pictures: PicturesTable;
  attempts: AttemptsTable;
  watchKeys: WatchKeysTable;
  sources: SourcesTable;
  sessionEndings: SessionEndingsTable;
  syncs: SyncsTable;
  idempotencyKeys: IdempotencyKeysTable;
  seenTokens: SeenTokensTable;
  userRights: UserRightsTable;
  kommoCache: KommoCacheTable;
  rateBuckets: RateBucketsTable;
  keyChecks: KeyChecksTable;
  conversations: ConversationsTable;
  chatAliases: ChatAliasesTable;
  messages: MessagesTable;
  marks: MarksTable;
}

/** Sealed text: see secrets.ts. Never readable without `SECRET_KEYS`, never valid in another row or column. */
export type Sealed = string;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Written as a JSON string, read back parsed. */
export type Json<T> = ColumnType<T, string, string>;
export type CreatedAt = ColumnType<Date, Date | string | undefined, never>;

/** A Kommo account that installed the integration at least once. */
export interface AccountsTable {
  /** Kommo's numeric account id. */
  id: number;
  /** Whole host, `sub.kommo.com`. Unique among installed accounts: a reused subdomain evicts the old holder's host. */
  host: string | null;
  subdomain: string;
  /** `kommo.com`, `amocrm.com` or `amocrm.ru`. */
  tld: string;
  name: string;
  language: string;
  country: string;
  amojoId: string | null;
  /** Counts installs; rises when the integration was disabled. */
  epoch: Generated<number>;
  installState: Generated<'active' | 'authorization_required' | 'disabled'>;
  /** Set when a confirmed uninstall ended this epoch. */
  disabledAt: Timestamp | null;
  /** When Kommo last told us name, language, country. */
  refreshedAt: Timestamp | null;
  /** A genuine disable hook arrived that Kommo has not confirmed yet; next time to ask. */
  recheckAt: Timestamp | null;
  /** How often a hook's uninstall was asked about again and not confirmed; -1 before the first answer. */
  rechecks: Generated<number>;
  /** When Kommo was last asked about a hook. */
  hookAskedAt: Timestamp | null;
  createdAt: CreatedAt;
}

/** Kommo's OAuth tokens. One row an account; `version` fences late writers. */
export interface GrantsTable {
  accountId: number;
  epoch: number;
  accessToken: Sealed;
  refreshToken: Sealed;
  expiresAt: Timestamp;
  scopes: Json<string[]>;
  /** API host from the access token's `api_domain` claim; used for the domain lookup. */
  apiDomain: string | null;
  version: number;
  /** A refresh in flight: who holds it and until when (renewed while the call runs). */
  leaseOwner: string | null;
  leaseUntil: Timestamp | null;
  /** Token calls whose answer may have been lost; bounds what a lost answer may cost. 0: nothing is open. */
  refreshAttempts: Generated<number>;
  /** Refreshes in a row that brought nothing; spaces the next ones. */
  refreshFailures: Generated<number>;
  /** No refresh before this. In a dead grant: when to see whether it came back, null for never. */
  nextRefreshAt: Timestamp | null;
  /** `alive`, or `dead`: Kommo refused it for good. */
  state: Generated<'alive' | 'dead'>;
  /** Dead because its user may not do what the integration needs. */
  lacksRights: Generated<boolean>;
  /** When nothing was left to try with a dead grant; some time later its install ends. */
  givenUpAt: Timestamp | null;
  /** Refusals of our client in a row, which say nothing about the grant. */
  clientRefusals: Generated<number>;
  /** Refreshes because the API refused a token, in the hour that began at `forced_since`. */
  forcedRefreshes: Generated<number>;
  forcedSince: Timestamp | null;
  refreshedAt: Timestamp;
}

/** A code from an install call, stored before the call is answered. */
export interface InstallCodesTable {
  id: string;
  /** SHA-256 of host and code: the same call twice is one row. */
  codeHash: string;
  code: Sealed | null;
  host: string;
  /** The account and user a consent state was bound to; null for the server-to-server install call. */
  expectedAccountId: number | null;
  userId: number | null;
  /**
   * `pending` until it is picked, `exchanging` while its job asks Kommo, `exchanged` once the tokens
   * are here (sealed in `tokens`) and only their owner is still to be confirmed.
   */
  state: Generated<'pending' | 'exchanging' | 'exchanged' | 'done' | 'failed'>;
  /** The token pair between exchange and confirmation; a crash in between loses nothing. */
  tokens: Sealed | null;
  /** Why it failed, as a short code for the log. */
  failure: string | null;
  /** Not used any more. */
  failedAt: Timestamp | null;
  /** How often it was picked: its code to be sent to Kommo, or the owner of its tokens to be asked for. */
  calls: Generated<number>;
  /** When it may be picked next: while its job has it not before it expires, otherwise after a pause. */
  leaseUntil: Timestamp | null;
  /** When a signed token of this host was seen while the code was open. */
  provenAt: Timestamp | null;
  /** When an exchange that nobody vouched for was last begun. */
  triedAt: Timestamp | null;
  /** What the host showed when it was looked at before it was sent anything; null: not looked at yet. */
  hostCheck: 'account' | 'unknown' | null;
  receivedAt: CreatedAt;
  expiresAt: Timestamp;
}

/** Pending browser consents (widget -> Kommo consent page -> our callback). Single use. */
export interface ConsentStatesTable {
  stateHash: string;
  accountId: number;
  userId: number;
  host: string;
  expiresAt: Timestamp;
  usedAt: Timestamp | null;
}

/** What the admin saved. No row before the first save. */
export interface SettingsTable {
  accountId: number;
  epoch: number;
  version: number;
  status: Generated<Settings['status']>;
  defaultChannelId: string | null;
  preferences: Json<Preferences>;
  savedAt: Timestamp | null;
  /** Kommo's id of the user who saved last; null before the first save that was told of them. */
  savedBy: number | null;
  /** The version that they saved. Where it is not `version`, somebody else has saved since, who is not known. */
  savedByVersion: number | null;
}

/** The connected amojo chat channel, one for each account and epoch. */
export interface ScopesTable {
  accountId: number;
  epoch: number;
  /** Null while the first connect call is still under way. */
  scopeId: string | null;
  /** Which run is connecting right now, and until when the others wait for it. */
  leaseOwner: string | null;
  leaseUntil: Timestamp | null;
  connectedAt: Timestamp | null;
}

/** `slot` (1..50, unique in the account) is what makes the limit hold under concurrency. */
export interface ChannelsTable {
  id: string;
  accountId: number;
  /** The install epoch it was connected in; channels of an ended epoch are gone for everybody. */
  epoch: number;
  slot: number;
  connector: string;
  /** Id of the signed-in account at the chat service. */
  externalId: string;
  accountName: string;
  handle: string | null;
  /** Where the service says the account's picture is. Never shown: we fetch it ourselves. */
  avatarUrl: string | null;
  /** Tells one picture from the next; empty: the service has none. Null: nobody looked yet. */
  pictureMark: string | null;
  /** When the service was last asked for the picture. */
  pictureAt: Timestamp | null;
  phone: Generated<string>;
  /** The channel's display name in Kommo, as last saved. */
  name: string;
  pipelineIds: Json<number[]>;
  status: Generated<ChannelStatus>;
  statusReason: StatusReason | null;
  credentials: Sealed;
  /** The secret the service signs or sends its events with. */
  webhookSecret: Sealed;
  /** The last four characters of a long API key, and when it was given; null for other sign-ins. */
  keyEnding: string | null;
  keySetAt: Timestamp | null;
  /** What the admin decided about its messages; only what the service has. */
  options: ColumnType<ChannelOptions, string | undefined, string>;
  /** Until when the next message waits, where the service wants a human pace. */
  sendAfter: Timestamp | null;
  /** False until the first save that named this channel. */
  isSaved: Generated<boolean>;
  /** When somebody last took the right to ask the service how the account is doing. */
  checkedAt: Timestamp | null;
  /** Of when the status is; null where only an earlier version has written it. */
  statusAt: Timestamp | null;
  /** Somebody waits for a check since then. */
  checkDueAt: Timestamp | null;
  /** When a test message was last sent, or tried. */
  testedAt: Timestamp | null;
  createdAt: CreatedAt;
}

/** A change of a channel's status, written by the database itself; the newest 20 of each channel. */
export interface ChannelChangesTable {
  /** Grows with time. */
  id: Generated<number>;
  channelId: string;
  status: ChannelStatus;
  statusReason: StatusReason | null;
  at: Generated<Date>;
}

/** A key that opens the events of one account's channels; see channels/watch. */
export interface WatchKeysTable {
  keyHash: string;
  accountId: number;
  epoch: number;
  userId: number;
  expiresAt: Timestamp;
  createdAt: Timestamp;
}

export interface AttemptsTable {
  id: string;
  accountId: number;
  epoch: number;
  userId: number;
  connector: string;
  auth: AuthKind;
  /** The channel being reconnected, or null for a new one. */
  channelId: string | null;
  /** The channel this attempt made or renewed. */
  resultChannelId: string | null;
  state: AttemptState;
  reason: AttemptReason | null;
  keyHash: string;
  /** SHA-256 of the OAuth `state`; single use. */
  oauthStateHash: string | null;
  oauthStateUsed: Generated<boolean>;
  /** Origin of the Kommo page that opened the attempt: the callback page posts to it and to no other. */
  openerOrigin: string;
  /** What the admin's screen shows: consent address, QR text, pairing code; sealed JSON. */
  shown: Sealed | null;
  account: ColumnType<LinkedAccount | null, string | null, string | null>;
  /** The connector's private session (QR session name, PKCE verifier); sealed JSON. */
  session: Sealed | null;
  /** The signed-in account with its credentials, waiting for the admin's confirmation; sealed JSON. */
  candidate: Sealed | null;
  /** Becomes the channel's webhook secret. */
  webhookSecret: Sealed | null;
  /** Rises with every change; SSE and conditional updates compare it. */
  revision: Generated<number>;
  /** When the worker may ask the chat service again; further away than any pause while somebody is asking. */
  nextCheckAt: Timestamp | null;
  /** Somebody looks on until then: the worker asks more often. */
  watchedUntil: Timestamp | null;
  /** Whether the service ever gave a code: without one nobody can be blamed for not scanning it. */
  hasShownCode: Generated<boolean>;
  /** The trouble that the log was last told of; each is told once. */
  warnedOf: AttemptReason | null;
  expiresAt: Timestamp;
  createdAt: CreatedAt;
  updatedAt: Timestamp;
}

/** Which source stands for which pipeline of a channel. Kommo's own ids are read when needed, never kept. */
export interface SourcesTable {
  accountId: number;
  externalId: string;
  channelId: string;
  pipelineId: number;
  /** Set by the sync that made it: a chat that names a source Kommo does not know is tagged wrongly for good. */
  isAtKommo: Generated<boolean>;
}

/** A session at a chat service that nobody uses any more and that must still be ended there. */
export interface SessionEndingsTable {
  id: string;
  accountId: number;
  connector: string;
  /** `unlink` a signed-in account, or `abandon` a QR session that nobody scanned. */
  kind: 'unlink' | 'abandon';
  /** Null for an abandoned session: nobody was signed in. */
  externalId: string | null;
  /** Id in the webhook address the session was made with. */
  webhookId: string;
  /** Credentials or session, and the webhook secret; sealed JSON. */
  secret: Sealed;
  attempts: Generated<number>;
  /** The secret is forgotten then, ended or not. */
  giveUpAt: Timestamp;
}

/** One sync a row: asking twice raises `requested`, finishing copies the claimed value to `done`. */
export interface SyncsTable {
  accountId: number;
  requested: number;
  done: number;
  state: Exclude<SyncStatus['state'], 'never'>;
  attempts: Generated<number>;
  nextAttemptAt: Timestamp | null;
  errorCode: string | null;
  finishedAt: Timestamp | null;
  /** The grant the last run began with. */
  grantVersion: number | null;
}

export interface IdempotencyKeysTable {
  accountId: number;
  key: string;
  /** SHA-256 of method, route and body. */
  requestHash: string;
  status: number | null;
  /** The stored answer, sealed: it may hold an attempt key. */
  body: Sealed | null;
  leaseUntil: Timestamp;
  expiresAt: Timestamp;
}

/** Seen disposable tokens, keyed by account and `jti`. */
export interface SeenTokensTable {
  accountId: number;
  jti: string;
  uses: number;
  expiresAt: Timestamp;
}

/** Admin rights from Kommo's users API; trusted for at most 5 minutes. */
export interface UserRightsTable {
  accountId: number;
  userId: number;
  isAdmin: boolean;
  checkedAt: Timestamp;
}

/** Last good answer of Kommo, shown while Kommo is in trouble. `kind` is `pipelines` or `templates`. */
export interface KommoCacheTable {
  accountId: number;
  kind: string;
  body: Json<unknown>;
  fetchedAt: Timestamp;
}

/** Request budget towards Kommo: one row per installation and one per egress address. */
export interface RateBucketsTable {
  bucket: string;
  /** The next free instant of this bucket. */
  nextAt: Timestamp;
  pausedUntil: Timestamp | null;
  /** When an installation was last told to stop. */
  refusedAt: Timestamp | null;
  /** Of the shared bucket: how often in a row all were stopped. */
  stops: Generated<number>;
}

/** Proves at start that `SECRET_KEYS` can open what is stored. */
export interface KeyChecksTable {
  keyId: string;
  checkValue: Sealed;
}

/** One chat of a channel's account with a client, or with a group. */
export interface ConversationsTable {
  /** Made from the channel and the chat's id at the service, which may be a phone number. */
  id: string;
  accountId: number;
  epoch: number;
  channelId: string;
  /** The ids of the chat and the person at the service, their name, phone and picture; sealed JSON. */
  person: Sealed;
  /** SHA-256 of what is sealed: tells whether it changed. */
  personMark: string;
  isGroup: Generated<boolean>;
  /** Kommo's id of the chat and of the client, once Kommo told them. */
  kommoChatId: string | null;
  kommoPersonId: string | null;
  /** False while a chat that began in Kommo does not know our ids yet: the next message brings them. */
  isBound: Generated<boolean>;
  /** The id Kommo knows the chat by, where the service has given it another one since. */
  knownAs: string | null;
  /** The last day the client was heard of. */
  seenOn: Generated<Date>;
  createdAt: CreatedAt;
}

/** Another id that a service has for a chat. */
export interface ChatAliasesTable {
  /** Made like the id of a conversation: an alias is one that belongs to another row. */
  id: string;
  conversationId: string;
}

/**
 * One event of a conversation, in either direction: the queue, the record of what became of it, and the map between
 * the service's ids and Kommo's. Ids are UUIDs that grow with time.
 */
export interface MessagesTable {
  id: string;
  accountId: number;
  /** `NO_CHANNEL` where Kommo named a chat or source that we do not have. */
  channelId: string;
  conversationId: string | null;
  direction: 'in' | 'out';
  /** `test`: of ours, to see whether the channel works; Kommo hears nothing of it. */
  event: 'message' | 'edit' | 'delete' | 'reaction' | 'test';
  kind: MessageKind;
  /** What makes a repetition recognisable: an id at the service (in) or Kommo's (out). */
  key: string;
  /** The service's id of the message; of an outgoing one, of its first part. */
  serviceId: string | null;
  /** The service's ids of all parts, of an outgoing message with several. */
  partIds: string[] | null;
  kommoId: string | null;
  /** What is worked on in order: a conversation in one direction. */
  lane: string;
  /** Out: `sending` is written before the service is asked, so that a call nobody saw the end of shows. */
  state: 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'forgotten';
  /** How many parts of an outgoing message the service has taken. */
  part: Generated<number>;
  /** What Kommo was told of an outgoing message: 1 delivered, 2 read, -1 failed, 0 nothing. */
  reported: Generated<number>;
  reason: UndeliveredReason | null;
  tries: Generated<number>;
  /** When it is to be worked on again; null: nothing is left to do. */
  dueAt: Timestamp | null;
  /** What it says; sealed JSON, gone after retention. */
  content: Sealed | null;
  /** What its file is opened by; sealed JSON, gone when links to it have ended. */
  media: Sealed | null;
  /** When it happened, as the side it comes from says. */
  at: Timestamp;
  storedAt: CreatedAt;
}

/** The picture of a channel's account; sealed base64. */
export interface PicturesTable {
  channelId: string;
  image: Sealed;
}

/** Moments that outlive a process, such as when chat webhooks could last be received. */
export interface MarksTable {
  name: string;
  at: Timestamp;
  value: string | null;
}
