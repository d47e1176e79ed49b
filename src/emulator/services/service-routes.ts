import type { Route } from '../kommo/exchange.ts';
import { evolutionRoutes } from './evolution.ts';
import { oidcRoutes } from './oidc.ts';
import { pagePartRoutes } from './page-files.ts';
import { phoneRoutes } from './phone.ts';
import { serviceSettingsRoutes } from './service-settings.ts';
import { slackRoutes } from './slack.ts';
import { botRoutes } from './telegram/bot-routes.ts';
import { clientPageRoutes } from './telegram/client-page.ts';
import { wahaRoutes } from './waha.ts';
import { networkFileRoutes } from './whatsapp/file-routes.ts';

/** The doubles of the chat services, which live beside the emulated Kommo on one port. */
export function serviceRoutes(): Route[] {
  return [
    ...pagePartRoutes(),
    ...clientPageRoutes(),
    ...botRoutes(),
    ...networkFileRoutes(),
    ...wahaRoutes(),
    ...evolutionRoutes(),
    ...slackRoutes(),
    ...oidcRoutes(),
    ...phoneRoutes(),
    ...serviceSettingsRoutes(),
  ];
}
