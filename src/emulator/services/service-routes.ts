import type { Route } from '../kommo/exchange.ts';
import { evolutionRoutes } from './evolution.ts';
import { oidcRoutes } from './oidc.ts';
import { phoneRoutes } from './phone.ts';
import { serviceSettingsRoutes } from './service-settings.ts';
import { slackRoutes } from './slack.ts';
import { telegramRoutes } from './telegram.ts';
import { wahaRoutes } from './waha.ts';

/** The doubles of the chat services, which live beside the emulated Kommo on one port. */
export function serviceRoutes(): Route[] {
  return [
    ...telegramRoutes(),
    ...wahaRoutes(),
    ...evolutionRoutes(),
    ...slackRoutes(),
    ...oidcRoutes(),
    ...phoneRoutes(),
    ...serviceSettingsRoutes(),
  ];
}
