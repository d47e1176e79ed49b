import { controlRoutes } from './control/control-routes.ts';
import { ajaxRoutes } from './kommo/ajax/ajax-routes.ts';
import { ajaxTwins } from './kommo/ajax/ajax-twins.ts';
import { channelRoutes } from './kommo/amojo/channel-routes.ts';
import { attachmentRoutes, fileRoutes } from './kommo/amojo/file-routes.ts';
import { scopeRoutes } from './kommo/amojo/scope-routes.ts';
import type { KommoRoute, Route } from './kommo/exchange.ts';
import { consentRoutes } from './kommo/oauth/consent-routes.ts';
import { tokenRoutes } from './kommo/oauth/token-routes.ts';
import { accountRoutes } from './kommo/rest/account-routes.ts';
import { buttonRoutes } from './kommo/rest/button-routes.ts';
import { cardRoutes } from './kommo/rest/card-routes.ts';
import { catalogRoutes } from './kommo/rest/catalog-routes.ts';
import { contactChatRoutes } from './kommo/rest/contact-chat-routes.ts';
import { customerStatusRoutes } from './kommo/rest/customer-status-routes.ts';
import { fieldRoutes } from './kommo/rest/field-routes.ts';
import { noteRoutes } from './kommo/rest/note-routes.ts';
import { reviewRoutes } from './kommo/rest/review-routes.ts';
import { sourceRoutes } from './kommo/rest/source-routes.ts';
import { talkRoutes } from './kommo/rest/talk-routes.ts';
import { taskRoutes } from './kommo/rest/task-routes.ts';
import { templateRoutes } from './kommo/rest/template-routes.ts';
import { unsortedRoutes } from './kommo/rest/unsorted-routes.ts';
import { webhookRoutes } from './kommo/rest/webhook-routes.ts';
import { widgetRoutes } from './kommo/rest/widget-routes.ts';
import { chatsRoutes } from './page/chats/chats-routes.ts';
import { hostRoutes } from './page/host/host-routes.ts';
import { serviceRoutes } from './services/service-routes.ts';

export const oauthRoutes = (): KommoRoute[] => [...consentRoutes(), ...tokenRoutes()];

export const restRoutes = (): KommoRoute[] => [
  ...accountRoutes(),
  ...sourceRoutes(),
  ...templateRoutes(),
  ...reviewRoutes(),
  ...widgetRoutes(),
  ...contactChatRoutes(),
  ...webhookRoutes(),
  ...buttonRoutes(),
  ...talkRoutes(),
  ...unsortedRoutes(),
  ...cardRoutes(),
  ...fieldRoutes(),
  ...noteRoutes(),
  ...taskRoutes(),
  ...catalogRoutes(),
  ...customerStatusRoutes(),
];

export const chatRoutes = (): KommoRoute[] => [
  ...channelRoutes(),
  ...scopeRoutes(),
  ...attachmentRoutes(),
];

/** What Kommo's own servers answer. */
export function kommoRoutes(): KommoRoute[] {
  return [...oauthRoutes(), ...ajaxRoutes(), ...restRoutes(), ...chatRoutes()];
}

/** Everything the emulator answers. The account's pages come last: they catch every other path. */
export function allRoutes(): Route[] {
  const kommo = kommoRoutes();
  const host = hostRoutes();
  const twins = ajaxTwins([...kommo, ...host]);
  return [
    ...controlRoutes(),
    ...fileRoutes(),
    ...serviceRoutes(),
    ...kommo,
    ...twins,
    ...chatsRoutes(),
    ...host,
  ];
}
