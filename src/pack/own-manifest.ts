import { baseOf, LOCATIONS } from '../emulator/upload/locations.ts';
import { PAGES } from '../emulator/upload/pages.ts';
import type { WidgetProblem } from '../emulator/upload/problem.ts';
import { sayOf } from '../emulator/upload/say.ts';
import { localesOf, objectAt, textsIn, type Widget } from '../emulator/upload/widget-package.ts';

const SECTIONS = ['widget', 'locations', 'tour', 'settings'];

/**
 * What holds for our manifest beside Kommo's rules: it is for Kommo alone, and its version is the build's.
 *
 * @param version of package.json, which the manifest must repeat: it is the cache key of the build
 */
export function checkOwnManifest({ manifest, json }: Widget, version: string): WidgetProblem[] {
  if (manifest === undefined) return [];
  const problems: WidgetProblem[] = [];
  const note = sayOf('manifest.json', json, problems);
  const fault = (place: string, message: string) => note('error', place, message, PAGES.manifest);
  for (const name of Object.keys(manifest)) {
    if (!SECTIONS.includes(name)) fault(name, 'is not a section this widget uses');
  }
  const widget = objectAt(manifest, 'widget');
  if (widget?.version !== version) {
    const message = `is ${JSON.stringify(widget?.version)}, package.json says ${version}; raise both together`;
    fault('widget.version', message);
  }
  if (typeof widget?.init_once !== 'boolean') fault('widget.init_once', 'must be true or false');
  if (widget?.installation !== true) {
    fault('widget.installation', 'must be true, or there is nothing to install or save');
  }
  const link = objectAt(widget, 'support')?.link;
  if (link !== undefined && URL.parse(String(link))?.protocol !== 'https:') {
    fault('widget.support.link', 'must be an https address');
  }
  for (const [index, locale] of localesOf(manifest).entries()) {
    if (locale === 'ru') fault(`widget.locale.${index}`, 'Kommo has no language "ru"');
  }
  const locations = textsIn(manifest.locations);
  for (const [index, location] of locations.entries()) {
    if (LOCATIONS[baseOf(location)]?.amoOnly !== true) continue;
    fault(`locations.${index}`, `Kommo has no location "${location}"`);
  }
  if (!locations.includes('settings')) {
    fault('settings', 'needs the location settings, or no script runs in the settings window');
  }
  return problems;
}
