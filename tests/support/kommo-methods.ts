import type { AccountHost, Tld } from '../../src/server/kommo/account-host.ts';
import type { ChatScope } from '../../src/server/kommo/amojo/call-amojo.ts';
import { connectChannel, disconnectChannel } from '../../src/server/kommo/amojo/connect.ts';
import {
  type DeliveryStatus,
  sendDeliveryStatus,
} from '../../src/server/kommo/amojo/delivery-status.ts';
import { readHistory } from '../../src/server/kommo/amojo/history.ts';
import { openChat } from '../../src/server/kommo/amojo/open-chat.ts';
import {
  editMessage,
  type MessageEdit,
  type NewMessage,
  sendMessage,
} from '../../src/server/kommo/amojo/send-message.ts';
import {
  type Reaction,
  sendReaction,
  sendTyping,
} from '../../src/server/kommo/amojo/signs-of-life.ts';
import { isKommoError } from '../../src/server/kommo/errors.ts';
import {
  probeDeadGrants,
  recoverLostRefreshes,
  refreshIdleGrants,
} from '../../src/server/kommo/grants/maintenance.ts';
import { findReadableGrant } from '../../src/server/kommo/grants/session.ts';
import type { Kommo } from '../../src/server/kommo/kommo.ts';
import { decodeAccessToken, exchangeCode, lookUpHost } from '../../src/server/kommo/oauth.ts';
import {
  confirmRevoked,
  findUser,
  getAccount,
  getAccountOfToken,
  listPipelines,
} from '../../src/server/kommo/rest/account.ts';
import { findContactByPhone, linkChatToContact } from '../../src/server/kommo/rest/contacts.ts';
import {
  createSources,
  deleteSources,
  listSources,
  type NewSource,
  type SourceChange,
  updateSources,
} from '../../src/server/kommo/rest/sources.ts';
import {
  createTemplate,
  listTemplates,
  type NewTemplate,
} from '../../src/server/kommo/rest/templates.ts';

/** What can be asked of Kommo, as methods: shorter to read where a test asks for many things. */
export class KommoMethods {
  readonly #kommo: Kommo;

  constructor(kommo: Kommo) {
    this.#kommo = kommo;
  }

  background = () => new KommoMethods(this.#kommo.background());
  close = () => this.#kommo.close();

  account = (id: number) => getAccount(this.#kommo, id);
  user = (id: number, userId: number) => findUser(this.#kommo, id, userId);
  pipelines = (id: number) => listPipelines(this.#kommo, id);
  confirmRevoked = (id: number) => confirmRevoked(this.#kommo, id);

  sources = (id: number) => listSources(this.#kommo, id);
  createSources = (id: number, items: NewSource[]) => createSources(this.#kommo, id, items);
  updateSources = (id: number, items: SourceChange[]) => updateSources(this.#kommo, id, items);
  deleteSources = (id: number, ids: number[]) => deleteSources(this.#kommo, id, ids);

  templates = (id: number) => listTemplates(this.#kommo, id);
  createTemplate = (id: number, template: NewTemplate) => createTemplate(this.#kommo, id, template);

  connectChannel = (id: number, amojoId: string) => connectChannel(this.#kommo, id, amojoId);
  disconnectChannel = (tld: Tld, amojoId: string) => disconnectChannel(this.#kommo, tld, amojoId);

  sendMessage = (scope: ChatScope, message: NewMessage) => sendMessage(this.#kommo, scope, message);
  editMessage = (scope: ChatScope, edit: MessageEdit) => editMessage(this.#kommo, scope, edit);
  openChat = (scope: ChatScope, chat: Parameters<typeof openChat>[2]) =>
    openChat(this.#kommo, scope, chat);
  sendDeliveryStatus = (scope: ChatScope, status: DeliveryStatus) =>
    sendDeliveryStatus(this.#kommo, scope, status);
  sendTyping = (scope: ChatScope, typing: Parameters<typeof sendTyping>[2]) =>
    sendTyping(this.#kommo, scope, typing);
  sendReaction = (scope: ChatScope, reaction: Reaction) =>
    sendReaction(this.#kommo, scope, reaction);
  history = (scope: ChatScope, kommoChatId: string, page: { limit: number; offset: number }) =>
    readHistory(this.#kommo, scope, kommoChatId, page);

  contactByPhone = (id: number, phone: string) => findContactByPhone(this.#kommo, id, phone);
  linkChat = (id: number, link: Parameters<typeof linkChatToContact>[2]) =>
    linkChatToContact(this.#kommo, id, link);

  exchangeCode = (host: AccountHost, code: string) => exchangeCode(this.#kommo, host, code);
  claimedAccountId = (accessToken: string) => decodeAccessToken(accessToken).accountId;
  accountOfToken = ({ host }: AccountHost, accessToken: string) =>
    getAccountOfToken(this.#kommo, host, accessToken);

  recoverLostRefreshes = () => recoverLostRefreshes(this.#kommo);
  probeDeadGrants = () => probeDeadGrants(this.#kommo);
  refreshIdle = () => refreshIdleGrants(this.#kommo);

  /** Where Kommo says the account is now; `undefined` without a grant that Kommo accepts. */
  async currentHost(id: number): Promise<AccountHost | undefined> {
    const grant = await findReadableGrant(this.#kommo, id);
    try {
      return grant && (await lookUpHost(this.#kommo, grant));
    } catch (error) {
      if (isKommoError(error, 'unauthorized')) return undefined;
      throw error;
    }
  }
}
