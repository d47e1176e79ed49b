import type { CreateTemplate, Template, TemplateCollection } from '../../contract/api.ts';
import type { Once } from '../access/idempotency.ts';
import type { Caller } from '../accounts/caller.ts';
import { requireActiveAccount } from '../accounts/install-state.ts';
import { loadTemplates, outdateTemplates } from '../accounts/kommo-lists.ts';
import type { Context } from '../context.ts';
import { isKommoError, wasNeverSent } from '../kommo/errors.ts';
import { createTemplate, findTemplate, type NewTemplate } from '../kommo/rest/templates.ts';

/**
 * The chat templates this integration made in the account; Kommo shows an integration no others.
 *
 * @throws AppError `kommo_reauthorize`; KommoError when nothing is known yet and Kommo is in trouble
 * @see https://developers.kommo.com/reference/templates
 */
export async function listTemplates(context: Context, caller: Caller): Promise<TemplateCollection> {
  const account = await requireActiveAccount(context, caller);
  return { _embedded: { templates: await loadTemplates(context, account) } };
}

/**
 * Adds a template to the account. Each gets an external id, so that one whose creation Kommo never answered is found
 * again, not created twice.
 *
 * @throws KommoError `rejected` when Kommo does not accept it
 */
export async function addTemplate(
  context: Context,
  caller: Caller,
  { name, content, external_id }: CreateTemplate,
  once: Pick<Once, 'isRepeat' | 'reference'>,
): Promise<Template> {
  const account = await requireActiveAccount(context, caller);
  const wanted = { name, content, externalId: external_id ?? `request-${once.reference}` };
  const find = () => findTemplate(context.kommo, account.id, wanted);
  const made = once.isRepeat ? await find() : undefined;
  const template = made ?? (await create(context, account.id, wanted, find));
  await outdateTemplates(context, account.id);
  return template;
}

async function create(
  context: Context,
  accountId: number,
  wanted: NewTemplate,
  find: () => Promise<Template | undefined>,
): Promise<Template> {
  try {
    return await createTemplate(context.kommo, accountId, wanted);
  } catch (error) {
    if (!isKommoError(error, 'unavailable') || wasNeverSent(error)) throw error;
    const made = await find().catch(() => undefined);
    if (made === undefined) throw error;
    return made;
  }
}
