import { runsIn } from './location-rules.ts';
import { baseOf } from './locations.ts';
import { COMPANIONS, MENU } from './manifest-blocks.ts';
import { PAGES } from './pages.ts';
import type { Say } from './say.ts';
import { isObject, type Json, objectAt, textsIn } from './widget-package.ts';

/** The blocks beside `widget`: each with its location, and what their values mean together. */
export function checkBlocks(manifest: Json, say: Say): void {
  checkCompanions(manifest, say);
  checkSettings(manifest, say);
  checkPipeline(manifest, say);
  checkBot(manifest, say);
  checkMenu(manifest, say);
}

function checkCompanions(manifest: Json, say: Say): void {
  const { locations } = manifest;
  const named = textsIn(locations).map(baseOf);
  for (const { block, location, source, ...rest } of COMPANIONS) {
    const found = manifest[block];
    const needed = 'needs' in rest ? rest.needs : undefined;
    if (named.includes(location)) {
      const place = needed === undefined || found === undefined ? block : `${block}.${needed}`;
      const isMissing =
        found === undefined ||
        (isObject(found) && needed !== undefined && found[needed] === undefined);
      const what = needed === undefined || found !== undefined ? '' : ` with ${needed}`;
      const message = `is missing${what}; the location ${location} needs it`;
      if (isMissing) say('error', place, message, source);
    } else if (found !== undefined && Array.isArray(locations) && locations.length > 0) {
      const message = `has no effect without the location ${location}; add it, or take the block away`;
      say('warning', block, message, source);
    }
  }
}

function checkSettings(manifest: Json, say: Say): void {
  const fields = Object.entries(objectAt(manifest, 'settings') ?? {});
  const custom = fields.filter(([, field]) => isObject(field) && field.type === 'custom');
  if (custom.length > 1) {
    const names = custom.map(([name]) => name).join(', ');
    const message = `is one custom field too many (${names}); a widget may have one`;
    say('error', `settings.${custom[1]?.[0]}.type`, message, PAGES.customField);
  }
  const isInstalled = objectAt(manifest, 'widget')?.installation === true;
  const hasPlaces = textsIn(manifest.locations).length > 0;
  if (isInstalled && fields.length > 0 && hasPlaces && !runsIn(manifest, 'settings')) {
    const message =
      'is shown, but no script runs in the settings window without the location settings; add it';
    say('warning', 'settings', message, PAGES.customField);
  }
}

/** One page prints action_multiple below dp.settings, all samples beside it. */
function checkPipeline(manifest: Json, say: Say): void {
  const settings = objectAt(objectAt(manifest, 'dp'), 'settings');
  if (typeof settings?.action_multiple !== 'boolean') return;
  const message = 'belongs to dp itself, as in the samples: dp.action_multiple';
  say('warning', 'dp.settings.action_multiple', message, PAGES.manifest);
}

function checkBot(manifest: Json, say: Say): void {
  const bot = objectAt(manifest, 'salesbot_designer');
  if (bot === undefined) return;
  const blocks = Object.entries(bot).filter(([name]) => name !== 'logo');
  if (blocks.length === 0) {
    say('error', 'salesbot_designer', 'must describe at least one block', PAGES.salesbot);
  }
  for (const [name, block] of blocks) {
    for (const [field, value] of Object.entries(objectAt(block, 'settings') ?? {})) {
      if (!isObject(value) || value.manual !== true || value.default_value !== undefined) continue;
      const place = `salesbot_designer.${name}.settings.${field}.default_value`;
      const message = 'is missing: a value that the user types begins empty, unlike in the samples';
      say('warning', place, message, PAGES.salesbot);
    }
  }
}

function checkMenu(manifest: Json, say: Say): void {
  for (const [name, item] of Object.entries(objectAt(manifest, 'left_menu') ?? {})) {
    if (!isObject(item)) continue;
    const place = `left_menu.${name}`;
    const isSystem = MENU.includes(name);
    if (name === 'settings' && item.is_hidden === true) {
      say('warning', `${place}.is_hidden`, 'has no effect: settings stays', PAGES.leftMenu);
    }
    if (!isSystem && item.is_hidden !== undefined) {
      const message = `has no effect: only ${MENU.slice(0, -1).join(', ')} can be hidden`;
      say('warning', `${place}.is_hidden`, message, PAGES.leftMenu);
    }
    if (isSystem && item.submenu !== undefined && name !== 'stats' && name !== 'settings') {
      const message = 'has no effect: of the system items only stats and settings take own ones';
      say('warning', `${place}.submenu`, message, PAGES.leftMenu);
    }
    if (isSystem) continue;
    if (item.title === undefined) {
      say('error', `${place}.title`, 'is missing: an own item needs a title', PAGES.leftMenu);
    }
    if (item.icon === undefined && item.is_hidden === undefined) {
      say('warning', `${place}.icon`, 'is missing: an own item has an icon', PAGES.leftMenu);
    }
  }
}
