/** The top-level domains Kommo serves accounts under. amocrm.* is the same platform under its older brand. */
export type Tld = 'kommo.com' | 'amocrm.com' | 'amocrm.ru';

/** Address of one Kommo account. Only the functions of this file make one, so it is always on the list. */
export interface AccountHost {
  /** Whole host, `sub.kommo.com`, lower case. */
  host: string;
  subdomain: string;
  tld: Tld;
}

const ACCOUNT_HOST =
  /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.(kommo\.com|amocrm\.com|amocrm\.ru)$/;

/** Kommo's own machines live beside the accounts and are none. `..--` is IDNA's, which Kommo does not use. */
const RESERVED_LABEL = /^(?:(?:www|api|mx|ns|smtp|cdn|static)\d*|(?:api|drive|cdn)-.*|..--.*)$/;

/**
 * Labels that name a service of a company: a help centre, a status page, a mailing. Others run some of these, and
 * none of them may receive the client secret.
 */
const SERVICE_LABELS = new Set(
  `about academy accounts admin affiliate affiliates amojo analytics app apps assets auth autodiscover
  billing blog careers cms community connect console dashboard dev developer developers docs email events
  faq feedback files forum ftp git go gso help helpcenter id images img imap integrations jobs kb landing
  learn link links login lp mail mailer marketplace media metrics monitoring news newsletter oauth pages
  partner partners pay payments pop portal press preview promo proxy sandbox secure signin signup sso
  staging stats status support survey track tracking university upload uploads vpn webhook webhooks
  webinar webinars webmail welcome`.split(/\s+/),
);

/** Hosts of Kommo that are not accounts, but that this backend calls: the chat API and the domain lookup. */
const SERVICE_HOST = /^(?:amojo|api-[a-z0-9]{1,16})\.(?:kommo\.com|amocrm\.com|amocrm\.ru)$/;

/** Longest text that is read; a host is shorter. */
const MAX_LENGTH = 300;

/** Reads a host that must already be in its one exact form. */
export function parseAccountHost(text: string): AccountHost | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, subdomain, tld] = ACCOUNT_HOST.exec(text) ?? [];
  if (subdomain === undefined || tld === undefined) return undefined;
  if (RESERVED_LABEL.test(subdomain) || SERVICE_LABELS.has(subdomain)) return undefined;
  return { host: text, subdomain, tld: tld as Tld };
}

/**
 * Reads the `referer` parameter of an install or consent call. Anybody can send one, and the client secret goes to
 * the host it names: anything but a bare host, with at most one `https://` before and one slash after it, is refused
 * before any name is looked up.
 *
 * @see https://developers.kommo.com/docs/oauth-20
 */
export function parseReferer(text: string): AccountHost | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  // Letters of other scripts can lower-case into ASCII (U+212A, the Kelvin sign); none is in a host.
  if (!/^[\x20-\x7e]*$/.test(text)) return undefined;
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
  return parseAccountHost(host);
}

/** The account a disposable token's `iss` names: `https://sub.kommo.com`, exactly. */
export function hostOfIssuer(issuer: string): AccountHost | undefined {
  return issuer.startsWith('https://')
    ? parseAccountHost(issuer.slice('https://'.length))
    : undefined;
}

/**
 * The account whose pages have this browser origin. With an emulator, its own origins
 * (`http://<sub>.kommo.localhost:9000`, or a subdomain of the emulator's host name) count as
 * `https://<sub>.kommo.com`.
 */
export function hostOfOrigin(origin: string, emulatorUrl?: URL): AccountHost | undefined {
  const account = hostOfIssuer(origin);
  if (account !== undefined || emulatorUrl === undefined) return account;
  const port = emulatorUrl.port === '' ? '' : `:${emulatorUrl.port}`;
  for (const hostname of new Set(['kommo.localhost', emulatorUrl.hostname])) {
    const prefix = `${emulatorUrl.protocol}//`;
    const suffix = `.${hostname}${port}`;
    if (!origin.startsWith(prefix) || !origin.endsWith(suffix)) continue;
    const label = origin.slice(prefix.length, -suffix.length);
    const emulated = parseAccountHost(`${label}.kommo.com`);
    if (emulated !== undefined) return emulated;
  }
  return undefined;
}

/** Whether this backend may call the host at all: an account, the chat API or the domain lookup. */
export function isKommoHost(host: string): boolean {
  return parseAccountHost(host) !== undefined || SERVICE_HOST.test(host);
}

const FILE_HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:kommo\.com|amocrm\.com|amocrm\.ru)$/;

/** Whether a host may hold attachments of Kommo's chats: any below its domains, since no page lists them. */
export function isKommoFileHost(host: string): boolean {
  return host.length <= MAX_LENGTH && FILE_HOST.test(host);
}

/**
 * Kommo's page that asks an administrator to allow the integration.
 *
 * @see https://developers.kommo.com/docs/oauth-20
 */
export function consentUrl(options: {
  tld: Tld;
  clientId: string;
  /** Comes back unchanged; random and single use. */
  state: string;
  mode: 'popup' | 'post_message';
  emulatorUrl?: URL | undefined;
}): string {
  const url = new URL(`https://www.${options.tld}/oauth`);
  const { emulatorUrl } = options;
  if (emulatorUrl !== undefined) {
    url.protocol = emulatorUrl.protocol;
    url.hostname =
      emulatorUrl.hostname === 'kommo.localhost' ? 'www.kommo.localhost' : emulatorUrl.hostname;
    url.port = emulatorUrl.port;
  }
  url.searchParams.set('client_id', options.clientId);
  url.searchParams.set('state', options.state);
  url.searchParams.set('mode', options.mode);
  return url.href;
}
