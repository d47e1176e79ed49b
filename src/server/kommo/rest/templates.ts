import { z } from 'zod';
import type { CreateTemplate, Template } from '../../../contract/api.ts';
import { type KommoAnswer, readAnswer } from '../answers.ts';
import { callAccount } from '../call-account.ts';
import { KommoError } from '../errors.ts';
import type { Kommo } from '../kommo.ts';

const PAGE_SIZE = 50;
/**
 * The first two hundred are shown. Each page costs a request of the budget all accounts share, and nobody
 * chooses among more in a list.
 */
const MAX_PAGES = 4;

const templates = z.object({
  _links: z
    .object({ next: z.object({ href: z.string() }).optional() })
    .optional()
    .catch(undefined),
  _embedded: z.object({
    chat_templates: z.array(
      z.object({
        id: z.number().int().positive(),
        name: z.string().catch(''),
        content: z.string().catch(''),
        type: z.string().catch('amocrm'),
        external_id: z.string().nullable().catch(null),
        review_status: z.string().nullable().catch(null),
        is_on_review: z.boolean().catch(false),
      }),
    ),
  }),
});

/** The integration's chat templates, at most 200. @see https://developers.kommo.com/reference/templates */
export async function listTemplates(kommo: Kommo, accountId: number): Promise<Template[]> {
  const found: Template[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = new URLSearchParams({
      page: String(page),
      limit: String(PAGE_SIZE),
      // Without it, a template's answer has nothing of its review.
      with: 'reviews',
    });
    const answer = await callAccount(kommo, accountId, {
      method: 'GET',
      path: '/chats/templates',
      query,
    });
    if (answer.status === 204) break;
    const { items, hasNext } = read(answer);
    found.push(...items);
    if (!hasNext) break;
  }
  return found;
}

/** A template to create. */
export interface NewTemplate {
  name: string;
  content: string;
  externalId: string;
}

/** The template that was created as requested; undefined when none has exactly these words. */
export async function findTemplate(
  kommo: Kommo,
  accountId: number,
  { name, content, externalId }: NewTemplate,
): Promise<Template | undefined> {
  const query = new URLSearchParams({ 'filter[external_id][]': externalId });
  const answer = await callAccount(kommo, accountId, {
    method: 'GET',
    path: '/chats/templates',
    query,
  });
  if (answer.status === 204) return undefined;
  return read(answer).items.find(
    (one) => one.external_id === externalId && one.name === name && one.content === content,
  );
}

/** @throws KommoError `rejected` (400 for a faulty value, 422 when the account has too many) */
export async function createTemplate(
  kommo: Kommo,
  accountId: number,
  { name, content, externalId }: NewTemplate,
): Promise<Template> {
  const item: CreateTemplate = { name, content, external_id: externalId };
  const answer = await callAccount(kommo, accountId, {
    method: 'POST',
    path: '/chats/templates',
    json: [item],
  });
  const [created] = read(answer).items;
  if (created === undefined) throw new KommoError('unavailable', { status: answer.status });
  // Kommo may answer with the id alone.
  return {
    ...created,
    name: created.name || name,
    content: created.content || content,
    external_id: created.external_id ?? externalId,
  };
}

function read(answer: KommoAnswer): { items: Template[]; hasNext: boolean } {
  const { _links, _embedded } = readAnswer(answer, templates);
  return { items: _embedded.chat_templates, hasNext: _links?.next !== undefined };
}
