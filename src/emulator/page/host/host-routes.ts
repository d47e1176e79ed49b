import type { Route } from '../../kommo/exchange.ts';
import { assetRoutes } from './asset-routes.ts';
import { openPageRoutes } from './open-pages.ts';
import { pageAjaxRoutes } from './page-ajax-routes.ts';
import { pageRequestRoutes } from './page-request-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { salesbotRoutes } from './salesbot-routes.ts';
import { searchRoutes } from './scenery-routes.ts';
import { sourceRoutes } from './source-routes.ts';
import { triggerRoutes } from './trigger-routes.ts';

/** Pages of the emulated account, their files and requests. The pages come last: they catch every other path. */
export function hostRoutes(): Route[] {
  return [
    ...openPageRoutes(),
    ...pageAjaxRoutes(),
    ...assetRoutes(),
    ...pageRequestRoutes(),
    ...salesbotRoutes(),
    ...sourceRoutes(),
    ...triggerRoutes(),
    ...searchRoutes(),
    ...pageRoutes(),
  ];
}
