import { OWN_ADDRESS } from '../../kommo/documents.ts';
import type { Exchange, Handler, KommoRoute } from '../../kommo/exchange.ts';
import { install } from '../../kommo/oauth/lifecycle.ts';
import { findSession, type Session } from '../../kommo/session.ts';
import { UnknownThing } from '../../kommo/world.ts';

/** How long Kommo's proxy waits is not documented; long enough for a slow backend. */
const PROXY_TIMEOUT_MS = 20_000;

/**
 * Requests of the page itself whose addresses in Kommo are not public: Install, the proxy behind `crm_post`, and the
 * notification centre. All need the session cookie and `X-Requested-With`, which keeps other sites out. Uninstall is a
 * Save with `widget_active=N`.
 */
export function pageRequestRoutes(): KommoRoute[] {
  return [
    {
      method: 'POST',
      host: 'account',
      path: '/ajax/v2/integrations/:uuid/install',
      handler: asAdmin(installWidget),
      ...OWN_ADDRESS,
    },
    {
      method: 'POST',
      host: 'account',
      path: '/ajax/widgets/crm_post',
      handler: asUser(proxyPost),
      ...OWN_ADDRESS,
    },
    {
      method: 'POST',
      host: 'account',
      path: '/ajax/emulator/notifications',
      handler: asUser(storeNotification),
      ...OWN_ADDRESS,
    },
  ];
}

type Act = (exchange: Exchange, session: Session) => Promise<void> | void;

/** Only for scripts on the pages of a logged-in user. */
export function asUser(act: Act): Handler {
  return async (exchange) => {
    const session = findSession(exchange);
    if (session === undefined || exchange.header('x-requested-with') !== 'XMLHttpRequest') {
      exchange.sendJson(401, { detail: 'Unauthorized' }, 'application/problem+json');
      return;
    }
    await act(exchange, session);
  };
}

function asAdmin(act: Act): Handler {
  return asUser(async (exchange, session) => {
    if (session.user.rights.is_admin) await act(exchange, session);
    else
      exchange.sendJson(403, { detail: 'Only an admin may do this' }, 'application/problem+json');
  });
}

function integrationOf({ world, params }: Exchange) {
  try {
    return world.integration(params.uuid);
  } catch (error) {
    if (error instanceof UnknownThing) return undefined;
    throw error;
  }
}

async function installWidget(exchange: Exchange, { account, user }: Session): Promise<void> {
  const integration = integrationOf(exchange);
  if (integration === undefined) return sendUnknown(exchange);
  // Kommo ignores the redirect URI's answer; the status is only for the developer.
  const status = await install(exchange.world, account, user, integration);
  exchange.sendJson(200, { status: 'ok', redirect_uri_status: status });
}

function sendUnknown(exchange: Exchange): void {
  exchange.sendJson(404, { detail: 'There is no such integration' }, 'application/problem+json');
}

/** `add_error` and `add_call` are told the number of what was stored; here nothing else becomes of it. */
function storeNotification(exchange: Exchange): void {
  exchange.sendJson(200, { id: exchange.world.nextId() });
}

/** `crm_post`: the server posts the form for the widget and returns the answer. */
async function proxyPost(exchange: Exchange): Promise<void> {
  const { url, body } = exchange.fields();
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    exchange.sendJson(
      400,
      { detail: 'url: an http or https address is expected' },
      'application/problem+json',
    );
    return;
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Kommo emulator',
      },
      body: String(body ?? ''),
      signal: AbortSignal.timeout(PROXY_TIMEOUT_MS),
    });
    const type = response.headers.get('content-type') ?? 'text/plain';
    exchange.send(response.status, Buffer.from(await response.arrayBuffer()), {
      'content-type': type,
    });
  } catch {
    exchange.sendJson(
      502,
      { detail: `${new URL(url).host} did not answer` },
      'application/problem+json',
    );
  }
}
