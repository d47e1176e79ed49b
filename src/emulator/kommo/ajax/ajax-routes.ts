import type { Imitation } from '../../engine/coverage-row.ts';
import { disposableToken } from '../disposable-token.ts';
import { KOMMO, OBSERVED } from '../documents.ts';
import type { Exchange, Handler, KommoRoute, Route } from '../exchange.ts';
import { activate, disable, installStatus } from '../oauth/lifecycle.ts';
import { findSession, type Session } from '../session.ts';

/**
 * Requests that Kommo's own pages make, and some widgets too. None is documented; the forms are those that
 * public widgets rely on.
 */
export function ajaxRoutes(): KommoRoute[] {
  const route = (
    method: Route['method'],
    path: string,
    act: Act,
    about: Partial<Imitation> = {},
  ): KommoRoute => ({
    method,
    host: 'account',
    path,
    handler: asPage(act),
    source: OBSERVED,
    ...about,
  });
  const widgets = '/ajax/v1/widgets/list';
  return [
    route('GET', '/ajax/v2/integrations/:uuid/disposable_token', mintToken, {
      note: `claims as in ${KOMMO}/one-time-tokens; is_admin is an observation (switches isAdminClaim, audHasPort, jwtTtl)`,
    }),
    route('POST', '/ajax/widgets/edit', editWidget),
    route('POST', '/ajax/widgets/list', listWidgets, {
      status: 'partly',
      note: 'the integrations of the state only',
    }),
    route('GET', widgets, listWidgets, {
      status: 'partly',
      note: 'its form is assumed to be that of /ajax/widgets/list',
    }),
    route('POST', widgets, listWidgets, { status: 'partly' }),
    route('GET', '/ajax/settings/widgets/category/own_integrations/:page', listOwn, {
      status: 'partly',
      note: 'one page; the fields that were seen',
    }),
  ];
}

type Act = (exchange: Exchange, session: Session) => unknown;

/** Only for scripts on the pages of a logged-in user. */
function asPage(act: Act): Handler {
  return async (exchange) => {
    const session = findSession(exchange);
    if (session === undefined) return refuse(exchange, 401, 'Unauthorized');
    if (exchange.header('x-requested-with') !== 'XMLHttpRequest') {
      return refuse(exchange, 401, 'X-Requested-With: XMLHttpRequest is expected');
    }
    await act(exchange, session);
  };
}

function refuse(exchange: Exchange, status: number, detail: string): void {
  exchange.sendJson(status, { detail }, 'application/problem+json');
}

function mintToken(exchange: Exchange, { account, user }: Session) {
  const { world } = exchange;
  const uuid = exchange.param('uuid');
  const integration = world.state.integrations.find(({ client_id }) => client_id === uuid);
  if (integration === undefined) return refuse(exchange, 404, 'Integration not found');
  if (!URL.canParse(integration.redirect_uri)) {
    return refuse(exchange, 400, 'The integration has no redirect URI');
  }
  exchange.sendJson(200, { token: disposableToken(world, account, user, integration) });
}

/** Stores the settings form: `settings[<CODE>]=…`, or a JSON object of them. */
async function editWidget(exchange: Exchange, session: Session): Promise<void> {
  const { world } = exchange;
  if (!session.user.rights.is_admin)
    return refuse(exchange, 403, 'Administrator rights are required');
  const form = exchange.fields();
  const code = String(form.code ?? form.widget_code ?? '');
  const integration = world.state.integrations.find((one) => one.widget_code === code);
  if (integration === undefined) return refuse(exchange, 404, 'Widget not found');
  const isEnding = form.widget_active === 'N';
  const installation =
    world.installation(session.account, integration) ??
    (isEnding ? undefined : activate(world, session.account, integration));
  if (installation !== undefined) {
    installation.settings = { ...installation.settings, ...readSettings(form) };
    if (!isEnding) installation.is_configured = true;
    // How Kommo's page hands it over is not public; the documentation ties it to the Save.
    const catalogId = Number(form.sdk_catalog_id);
    if (!isEnding && catalogId > 0) installation.sdk_catalog_id = catalogId;
  }
  if (isEnding) await disable(world, session.account, integration);
  exchange.sendJson(200, { response: { status: 'ok' } });
}

/** Reads PHP's nested names: `settings[a]`, `settings[users][12]`. */
function readSettings(form: Record<string, unknown>): Record<string, unknown> {
  if (typeof form.settings === 'object' && form.settings !== null) return { ...form.settings };
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    const match = /^settings((?:\[[^\]]*\])+)$/.exec(name);
    if (match === null) continue;
    const path = [...(match[1] ?? '').matchAll(/\[([^\]]*)\]/g)].map(([, part]) => part ?? '');
    place(settings, path, value);
  }
  return settings;
}

function place(target: Record<string, unknown>, path: string[], value: unknown): void {
  const [first = '', ...rest] = path;
  // Names come from a page; one of these would write to every object.
  if (['__proto__', 'constructor', 'prototype'].includes(first)) return;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next =
    typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  target[first] = next;
  place(next, rest, value);
}

function listWidgets(exchange: Exchange, session: Session): void {
  const { integrations } = exchange.world.state;
  const widgets = Object.fromEntries(
    integrations
      .filter(({ widget_code }) => widget_code !== '')
      .map((one, index) => {
        const installation = exchange.world.installation(session.account, one);
        return [
          one.widget_code,
          {
            id: 700_001 + index,
            code: one.widget_code,
            widget_code: one.widget_code,
            version: one.widget_version,
            active: installation?.is_active ? 'Y' : 'N',
            widget_active: installation?.is_active ? 'Y' : 'N',
            status: installStatus(installation),
            oauth_client_uuid: one.client_id,
            // JSON in a string, as pages have always received it.
            settings: JSON.stringify(installation?.settings ?? {}),
          },
        ];
      }),
  );
  exchange.sendJson(200, { widgets });
}

function listOwn(exchange: Exchange, session: Session): void {
  const { integrations } = exchange.world.state;
  const own = Object.fromEntries(
    integrations.map((one) => [
      one.widget_code || one.client_id,
      {
        type: one.widget_code === '' ? 'integration' : 'widget',
        name: one.name,
        client: { uuid: one.client_id },
        status: installStatus(exchange.world.installation(session.account, one)),
      },
    ]),
  );
  exchange.sendJson(200, { integrations: own });
}
