import { ajaxRoutes } from './ajax/ajax-routes.ts';
import { ajaxTwins } from './ajax/ajax-twins.ts';
import { channelRoutes } from './amojo/channel-routes.ts';
import { scopeRoutes } from './amojo/scope-routes.ts';
import { controlRoutes } from './control/control-routes.ts';
import { hostRoutes } from './host/host-routes.ts';
import { consentRoutes } from './oauth/consent-routes.ts';
import { tokenRoutes } from './oauth/token-routes.ts';
import { accountRoutes } from './rest/account-routes.ts';
import { otherRoutes } from './rest/other-routes.ts';
import { reviewRoutes } from './rest/review-routes.ts';
import { sourceRoutes } from './rest/source-routes.ts';
import { talkRoutes } from './rest/talk-routes.ts';
import { templateRoutes } from './rest/template-routes.ts';
import { widgetRoutes } from './rest/widget-routes.ts';
import type { Route } from './router.ts';
import { serviceRoutes } from './services/service-routes.ts';

/** What Kommo's own servers answer; each has a row in coverage.ts. */
export function kommoRoutes(): Route[] {
  return [
    ...tokenRoutes(),
    ...consentRoutes(),
    ...ajaxRoutes(),
    ...accountRoutes(),
    ...sourceRoutes(),
    ...templateRoutes(),
    ...reviewRoutes(),
    ...widgetRoutes(),
    ...otherRoutes(),
    ...talkRoutes(),
    ...channelRoutes(),
    ...scopeRoutes(),
  ];
}

/** Everything the emulator answers. The account's pages come last: they take every other path. */
export function allRoutes(): Route[] {
  const kommo = kommoRoutes();
  const host = hostRoutes();
  const twins = ajaxTwins([...kommo, ...host]);
  return [...controlRoutes(), ...serviceRoutes(), ...kommo, ...twins, ...host];
}
