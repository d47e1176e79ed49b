import { SAMPLES, SEEN_IN_WIDGETS } from '../../kommo/documents.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import { problem } from '../../kommo/problems.ts';
import { newTemplate } from '../../kommo/rest/new-template.ts';
import { checkTemplate, type TemplateInput } from '../../kommo/rest/template-rules.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';

/**
 * Requests of Kommo's own page that several public widgets make, too. None is documented; their forms are those that the
 * widgets read.
 */
export function pageAjaxRoutes(): KommoRoute[] {
  const route = (
    method: 'GET' | 'POST',
    path: string,
    act: (exchange: Exchange, session: Session) => void,
    about: Partial<KommoRoute> = {},
  ): KommoRoute => ({
    method,
    host: 'account',
    path,
    handler: asUser(act),
    source: SEEN_IN_WIDGETS,
    ...about,
  });
  const note = 'the members that were seen';
  return [
    route('POST', '/ajax/v1/chats/templates/add', addTemplate, {
      source: SAMPLES,
      note: 'name, content, buttons and is_editable are kept; a refusal is answered as by /api/v4/chats/templates',
    }),
    route('GET', '/ajax/get_managers_with_group', listManagers, { note }),
    route('POST', '/ajax/get_managers_with_group', listManagers, { note }),
    route('GET', '/ajax/v1/pipelines/list', listPipelines, { note }),
  ];
}

/** `{ request: template }`; the answer names the new template's id. */
function addTemplate(exchange: Exchange, { account }: Session) {
  const { request } = exchange.fields();
  const item = (typeof request === 'object' && request !== null ? request : {}) as TemplateInput;
  const [fault] = checkTemplate(item, 0, true);
  if (fault !== undefined) {
    return problem(exchange, 400, `request.${fault.path.replace('0.', '')}: ${fault.detail}`);
  }
  const template = newTemplate(exchange.world, account.id, '');
  template.name = String(item.name);
  template.content = String(item.content);
  template.is_editable = item.is_editable === true;
  if (Array.isArray(item.buttons)) template.buttons = item.buttons;
  exchange.sendJson(200, { response: { chats: { templates: { added: template.id } } } });
}

/** Groups by their code, and the people with the code of their group. */
function listManagers(exchange: Exchange, { account }: Session): void {
  exchange.sendJson(200, {
    groups: { group_0: 'Sales', group_free_users: 'Free users' },
    managers: Object.fromEntries(
      account.users
        .filter(({ rights }) => rights.is_active)
        .map((user) => [user.id, manager(user)]),
    ),
  });
}

function manager(user: User): object {
  return {
    id: String(user.id),
    title: user.name,
    option: user.name,
    login: user.email,
    active: user.rights.is_active,
    is_admin: user.rights.is_admin ? 'Y' : 'N',
    free_user: user.rights.is_free ? 'Y' : 'N',
    amojo_id: user.amojo_id,
    group: user.rights.is_free ? 'group_free_users' : 'group_0',
  };
}

/** Pipelines and stages by their ids. Incoming leads are a stage only when asked for: `with_unsorted=true`. */
function listPipelines(exchange: Exchange, { account }: Session): void {
  const withUnsorted = exchange.query('with_unsorted') === 'true';
  exchange.sendJson(200, { response: { pipelines: pipelinesOf(account, withUnsorted) } });
}

function pipelinesOf({ pipelines }: Account, withUnsorted: boolean): object {
  return Object.fromEntries(
    pipelines
      .filter(({ is_archive }) => !is_archive)
      .map(({ id, name, sort, is_main, statuses }) => [
        id,
        {
          id,
          name,
          sort,
          is_main,
          statuses: Object.fromEntries(
            statuses
              .filter(({ type }) => withUnsorted || type !== 1)
              .map((status) => [status.id, { ...status, pipeline_id: id }]),
          ),
        },
      ]),
  );
}
