import type { Account, Tld } from './entities.ts';
import type { Exchange } from './exchange.ts';

/**
 * Whether this machine has the account: each brand has its own machines, and an `api-…` host serves those accounts
 * whose access tokens name it. What Kommo answers elsewhere is not documented, so here the account is unknown there;
 * the switch `foreignHosts` lets it pass. The log tells of either.
 * @see https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
 */
export function isServedHere(exchange: Exchange, account: Account): boolean {
  const { host, world } = exchange;
  const right = rightHost(exchange, account);
  if (right === undefined) return true;
  const isServed = world.switch('foreignHosts') === 'served';
  const reason = `${account.subdomain}.${account.tld} is at ${right}, not at ${host.name}`;
  world.log.add({ kind: 'warning', name: 'wrong host', detail: { reason, is_served: isServed } });
  return isServed;
}

/** Which host it should be; undefined if this is it. A stand-in that names no brand is of every brand. */
function rightHost({ host }: Exchange, { tld, api_domain: apiDomain }: Account) {
  const isBrand = host.tld === undefined || isRussian(host.tld) === isRussian(tld);
  if (host.kind === 'api') {
    const isShard = labelOf(host.name) === labelOf(apiDomain);
    return isBrand && isShard ? undefined : apiDomain;
  }
  if (isBrand || (host.kind !== 'amojo' && host.kind !== 'www')) return undefined;
  return `${host.kind}.${isRussian(tld) ? 'amocrm.ru' : 'kommo.com'}`;
}

/** kommo.com and amocrm.com are two names of one installation, as `platform` in the install call tells. */
function isRussian(tld: Tld): boolean {
  return tld === 'amocrm.ru';
}

function labelOf(name: string): string {
  return name.split('.')[0] ?? '';
}
