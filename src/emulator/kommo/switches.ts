/** Behaviour of Kommo that no source settles. The first option is the default. */
export const SWITCHES = {
  /** Form of `referer` in the install call. */
  refererFormat: ['host', 'https-url'],
  /** Whether install and consent redirects carry `platform` and `client_id`. */
  sendPlatformAndClientId: ['on', 'off'],
  /** Whether `$authorizedAjax` in the page reuses one token for 25 minutes. */
  disposableTokenCache: ['25 min reuse', 'fresh each time'],
  /** Form of `is_admin` in disposable tokens. */
  isAdminClaim: ['boolean', 'absent', 'Y/N'],
  /** Whether `aud` keeps the port of the redirect URI. */
  audHasPort: ['no', 'yes'],
  /** Life of a disposable token in seconds. */
  jwtTtl: ['1800', '300'],
  /** Most sources of one integration in one account. */
  sourcesMax: ['100', '50'],
  /** Most items in one POST, PATCH or DELETE of sources. */
  sourcesBatchMax: ['50', '100'],
  /** Longest `external_id` of a source. */
  externalIdMax: ['36', '40'],
  sourcesOnUninstall: ['kept hidden', 'deleted'],
  /** Whether a deleted `external_id`, created again, gets its old id. */
  deletedSourceIdReuse: ['on', 'off'],
  getSourcesUnauthorised: ['401', '403'],
  /** Body of DELETE /sources/:id for an unknown id. */
  deleteUnknownSource: ['problem', 'text'],
  /** Whether the sources API needs `lead_sources` in the uploaded widget's locations. */
  requireLeadSources: ['on', 'off'],
  disableHook: ['once-after-revoke', 'once-before-revoke', 'twice', 'never'],
  /** How a second use of a refresh token is treated. */
  refreshMode: ['strict', 'until-new-used', 'grace-30s'],
  /** Whether a refresh ends the old access token too. */
  accessAfterRefresh: ['lives', 'revoked'],
  /** Whether access tokens name the user who gave access. */
  accessTokenSub: ['on', 'off'],
  oauthErrorLanguage: ['en', 'ru'],
  connectTwice: ['200 same scope', '400'],
  /** Whether connecting a channel needs a title: Kommo's table says yes, amoCRM's no. */
  connectTitle: ['by brand', 'required', 'optional'],
  /** Machines of another brand, and `api-` hosts that the account's tokens do not name. */
  foreignHosts: ['refused', 'served'],
  /** Whether amojo still accepts the body-only signature from before 2019. */
  requireNewSignature: ['accept both', 'new only'],
  /** Requests per second of one channel to amojo; 0 switches the limiter off. No source names a number. */
  amojoRateLimit: ['0', '20'],
  /** What a message with a `msgid` that is known is answered. It has no effect in any case. */
  repeatedMsgid: ['400', '200 same ids', '409'],
  /** Name of the object that answers an edit; the documentation shows one answer for both events. */
  editAnswer: ['new_message', 'edit_message'],
  /** Whether fields the tables call required, and ids that must fit each other, are insisted on. */
  strictFields: ['on', 'off'],
  /** `file_name` and `file_size` of pictures and videos; one client was seen to leave them out. */
  pictureDetails: ['required', 'optional'],
  /** A person with an `id` and a `ref_id` that nobody has. */
  unknownRefId: ['400', 'new client'],
  /** A delivery status below the one before, e.g. delivered after read. */
  statusGoesBack: ['accepted but logged', '400'],
  /** Status of calls to a scope after its disconnect. */
  afterDisconnect: ['403', '404'],
  /** Whether a silent message of a new client makes a contact. It never makes a lead. */
  silentContact: ['no', 'yes'],
  /** What the next message of a client does whose lead is closed. */
  leadAfterClosed: ['new lead', 'none'],
  /** Whether chat webhooks name the manager; the table has the id alone, one example a name too. */
  hookSenderName: ['off', 'on'],
  /** When files of messages and avatars are fetched, by real time. */
  mediaFetch: ['at once', 'after 2 s', 'never'],
  /** What becomes of links to this machine and private networks, which Kommo could not reach. */
  privateMediaHosts: ['fetched', 'refused'],
  /** Status of a request to the old host of a renamed account. */
  renamedHostStatus: ['401', '404'],
  rateLimitScope: ['installation', 'ip'],
  /** Requests per second; 0 switches the limiter off. */
  rateLimit: ['7', '0'],
  /** How the digital pipeline's webhook encodes its body; the documentation shows only the fields. */
  pipelineWebhookBody: ['form', 'json'],
  /** Whether 429 also carries the `Retry-After` header. */
  retryAfterHeader: ['on', 'off'],
} as const;

export type SwitchName = keyof typeof SWITCHES;

/** Chosen options. The host page keeps switches of its own in the same object. */
export type Switches = Record<string, string | number | boolean>;

/** Every switch of the servers at its default. */
export function defaultSwitches(): Switches {
  return Object.fromEntries(Object.entries(SWITCHES).map(([name, options]) => [name, options[0]]));
}

/** Switches that take any whole number besides the listed options. */
const NUMERIC = new Set<string>([
  'jwtTtl',
  'sourcesMax',
  'sourcesBatchMax',
  'externalIdMax',
  'rateLimit',
  'amojoRateLimit',
]);

/** Why a choice is not one of the switch's options; undefined if it is, or if the switch is the page's. */
export function refuseSwitch(name: string, value: unknown): string | undefined {
  if (!['string', 'number', 'boolean'].includes(typeof value))
    return `${name}: a scalar is expected`;
  const options = (SWITCHES as Record<string, readonly string[]>)[name];
  if (options === undefined) return undefined;
  if (NUMERIC.has(name) && /^\d{1,6}$/.test(String(value))) return undefined;
  if (options.includes(String(value))) return undefined;
  return `${name}: one of ${options.map((option) => `"${option}"`).join(', ')} is expected`;
}
