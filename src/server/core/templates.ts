import type { CreateTemplate, Template, TemplateCollection } from '../../contract/api.ts';
import type { Parts } from '../parts.ts';
import type { Caller } from './caller.ts';
import { requireActiveAccount } from './install-state.ts';
import { readTemplates } from './kommo-data.ts';

/**
 * The chat templates this integration made in the account; Kommo shows an integration no others.
 *
 * @throws AppError `kommo_reauthorize`; KommoError when nothing is known yet and Kommo is in trouble
 * @see https://developers.kommo.com/reference/templates
 */
export async function listTemplates(parts: Parts, caller: Caller): Promise<TemplateCollection> {
  const account = await requireActiveAccount(parts, caller);
  return { _embedded: { templates: await readTemplates(parts, account.id) } };
}

/** Adds a template to the account. @throws KommoError `rejected` when Kommo does not accept it */
export async function addTemplate(
  parts: Parts,
  caller: Caller,
  { name, content, external_id }: CreateTemplate,
): Promise<Template> {
  const account = await requireActiveAccount(parts, caller);
  const template = { name, content, ...(external_id !== undefined && { externalId: external_id }) };
  return parts.kommo.createTemplate(account.id, template);
}
