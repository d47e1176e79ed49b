import type { Exchange, Route } from '../kommo/exchange.ts';
import type { Given } from '../services/given.ts';
import { conversationKey } from '../services/slack/conversations.ts';
import { retryNow } from '../services/slack/delivery.ts';
import { rateLimitedEvent } from '../services/slack/events.ts';
import { isInstalled, issueGrant } from '../services/slack/grants.ts';
import { revokeTokens, setScopes, uninstallApp } from '../services/slack/installations.ts';
import { judge } from '../services/slack/judge.ts';
import {
  deleteAct,
  editAct,
  inviteAct,
  memberAct,
  reactAct,
  sendAct,
} from '../services/slack/member-acts.ts';
import { sceneOf, teamIn } from '../services/slack/member-scene.ts';
import { seenChat, waitAct } from '../services/slack/member-view.ts';
import { appAct, clearRefusals, refuseAct, settingsAct } from '../services/slack/order-acts.ts';
import { verifyRequestUrl } from '../services/slack/request-url.ts';
import { runtimeOf } from '../services/slack/runtime.ts';
import { slackState, TEAMS } from '../services/slack/state.ts';
import { type Json, routesUnder, text } from './controlled.ts';

/**
 * The members of Slack workspaces by remote control, under `/__emulator/services/slack`: what they write and see, what
 * the app's developer sets, what the double is to refuse, and what it found.
 */
export function slackControlRoutes(): Route[] {
  const route = routesUnder('/services/slack');
  return [
    route('POST', '/send', ({ world }, body) => sendAct(world, body)),
    route('POST', '/edit', ({ world }, body) => editAct(world, body)),
    route('POST', '/delete', ({ world }, body) => deleteAct(world, body)),
    route('POST', '/react', ({ world }, body) => reactAct(world, body)),
    route('POST', '/invite', ({ world }, body) => inviteAct(world, body)),
    route('POST', '/member', ({ world }, body) => memberAct(world, body, teamIn(world, body).id)),
    route('POST', '/install', install),
    route('POST', '/scopes', ({ world }, body) => {
      const scopes = text(body, 'scopes');
      return { grants: setScopes(world, teamIn(world, body).id, scopes), scopes };
    }),
    route('POST', '/revoke', ({ world }, body) => ({
      revoked: revokeTokens(world, teamIn(world, body).id),
    })),
    route('POST', '/uninstall', ({ world }, body) => ({
      revoked: uninstallApp(world, teamIn(world, body).id),
    })),
    route('POST', '/rate_limited', ({ world }, body) => {
      rateLimitedEvent(world, teamIn(world, body).id);
      return { ok: true };
    }),
    route('POST', '/app', ({ world }, body) => appAct(world, body)),
    route('GET', '/app', ({ world }) => appAct(world, {})),
    route('POST', '/refuse', ({ world }, body) => refuseAct(world, body)),
    route('GET', '/refuse', ({ world }) => ({ refusals: slackState(world).refusals })),
    route('DELETE', '/refuse', clear),
    route('POST', '/speed', ({ world }, body) => settingsAct(world, body)),
    route('POST', '/retry', async ({ world }) => {
      await retryNow(world);
      return { ok: true };
    }),
    route('POST', '/wait', ({ world }, body) => waitAct(world, body)),
    route('GET', '/workspaces', ({ world }) => ({
      workspaces: TEAMS.map((team) => ({
        ...team,
        is_installed: isInstalled(world, team.id),
        members: slackState(world).members.filter(({ team_id }) => team_id === team.id),
      })),
    })),
    route('GET', '/chat', (exchange) => seenChat(namedScene(exchange))),
    route('GET', '/judge', ({ world }) => judge(world)),
    {
      method: 'GET',
      host: 'any',
      path: '/__emulator/services/slack/changes',
      handler: streamChanges,
    },
  ];
}

/** The app is installed without the consent page: `team?`, `scopes`. @returns the token */
async function install({ world }: Exchange, body: Json): Promise<object> {
  const team = teamIn(world, body);
  const { token } = issueGrant(world, team, text(body, 'scopes'));
  await verifyRequestUrl(world);
  return { team_id: team.id, token };
}

function clear(exchange: Exchange): object {
  const id = exchange.query('id');
  clearRefusals(exchange.world, id === undefined ? undefined : Number(id));
  return { ok: true };
}

/** `team`, `member` and `channel` of the query. */
function namedScene(exchange: Exchange): ReturnType<typeof sceneOf> {
  const given: Given = Object.fromEntries(exchange.url.searchParams);
  return sceneOf(exchange.world, given);
}

/** An event for every change of one conversation; the page then asks for the conversation. */
function streamChanges(exchange: Exchange): void {
  const { response, world } = exchange;
  let scene: ReturnType<typeof sceneOf>;
  try {
    scene = namedScene(exchange);
  } catch (error) {
    return void exchange.sendJson(404, { error: (error as Error).message });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  const runtime = runtimeOf(world);
  const key = conversationKey(scene.conversation);
  const stop = runtime.listen(key, () => response.write('data: changed\n\n'));
  // After a reset the page must listen to the new state.
  runtime.life.addEventListener('abort', () => response.end(), { once: true });
  response.once('close', stop);
}
