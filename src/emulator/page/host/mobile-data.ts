import { disposableToken } from '../../kommo/disposable-token.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { World } from '../../kommo/world.ts';
import { loadWidget } from '../../upload/widget-folder.ts';
import type { PageArea } from './page-areas.ts';

/** The only application that shows widgets; the word it calls itself by is an assumption. */
const PLATFORM = 'ios';

/**
 * The page that the mobile application opens for a widget in a card: `mobile.frame_url` with a token that names the card,
 * and with the platform.
 * https://www.amocrm.ru/developers/content/integrations/mobile-widgets
 */
export async function mobileData(
  world: World,
  page: PageArea,
  account: Account,
  user: User,
): Promise<{ address: string; color: string } | null> {
  if (page.area !== 'mobile_card' || page.entity === undefined) return null;
  if (world.widgetPath === undefined) return null;
  const { manifest } = await loadWidget(world.widgetPath);
  const { frame_url, color } = (manifest?.mobile ?? {}) as { frame_url?: unknown; color?: unknown };
  const integration = world.integration();
  if (typeof frame_url !== 'string' || !URL.canParse(frame_url)) return null;
  if (!URL.canParse(integration.redirect_uri)) return null;
  const data = { entity_type: page.entity.kind, entity_id: page.entity.id };
  const address = new URL(frame_url);
  address.searchParams.set(
    'token',
    disposableToken(world, account, user, integration, { claims: { data } }),
  );
  address.searchParams.set('from', PLATFORM);
  return { address: address.href, color: typeof color === 'string' ? color : '' };
}
