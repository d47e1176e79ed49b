import { type Account, findAccount, findAccountByHost } from '../../accounts/rows.ts';
import { NotFound, type Tools, WrongUse } from '../command.ts';

/** Where a subdomain is looked for. */
const TLDS = ['kommo.com', 'amocrm.com', 'amocrm.ru'];

/** How an account is named in a command's help. */
export const ACCOUNT_OPERAND = '<id or subdomain>';

/**
 * The account that was named by its id, its subdomain or its whole host.
 *
 * @throws NotFound; WrongUse when a subdomain stands for several
 */
export async function getAccount({ db }: Tools, named: string): Promise<Account> {
  const byId = /^\d{1,15}$/.test(named) ? await findAccount(db, Number(named)) : undefined;
  if (byId !== undefined) return byId;
  const host = named.toLowerCase();
  const hosts = host.includes('.') ? [host] : TLDS.map((tld) => `${host}.${tld}`);
  const found = await Promise.all(hosts.map((one) => findAccountByHost(db, one)));
  const accounts = found.filter((account) => account !== undefined);
  const [account] = accounts;
  if (account === undefined) {
    throw new NotFound('There is no account of that id or subdomain that ever installed.');
  }
  if (accounts.length > 1) {
    const known = accounts.map(({ id, host: address }) => `${id} (${address})`).join(', ');
    throw new WrongUse(`Several accounts have that subdomain: ${known}. Name one by its id.`);
  }
  return account;
}

/** An account as sentences name it. */
export function nameOf({
  id,
  host,
  subdomain,
}: Pick<Account, 'id' | 'host' | 'subdomain'>): string {
  return `account ${id} (${host ?? `formerly ${subdomain}`})`;
}
