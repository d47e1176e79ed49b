import type { AccountHost, Tld } from '../../src/server/kommo/account-host.ts';
import { connectChannel, disconnectChannel } from '../../src/server/kommo/amojo/connect.ts';
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
