import { baseOf, LOCATIONS } from './locations.ts';
import { nearMiss } from './near-miss.ts';
import { PAGES } from './pages.ts';
import { listed } from './problem.ts';
import type { Say } from './say.ts';
import { type Json, objectAt, textsIn } from './widget-package.ts';

const NAMES = Object.keys(LOCATIONS);

/** The list of places: which there are, once each, with a suffix only where one has a meaning. */
export function checkLocations(manifest: Json, skipped: ReadonlySet<string>, say: Say): void {
  const { locations } = manifest;
  const isInstalled = objectAt(manifest, 'widget')?.installation !== false;
  if (locations === undefined || (Array.isArray(locations) && locations.length === 0)) {
    const message = 'must name at least one place, or no script runs anywhere';
    say(isInstalled ? 'error' : 'warning', 'locations', message, PAGES.locations);
    return;
  }
  if (!Array.isArray(locations)) return;
  const seen = new Map<string, string[]>();
  for (const [index, location] of locations.entries()) {
    const place = `locations.${index}`;
    if (typeof location !== 'string' || skipped.has(place)) continue;
    const base = baseOf(location);
    checkOne(location, base, place, say);
    seen.set(base, [...(seen.get(base) ?? []), location]);
  }
  for (const named of seen.values()) {
    const place = `locations.${locations.lastIndexOf(named.at(-1))}`;
    if (named.length < 2) continue;
    const kinds = [...new Set(named)];
    const message =
      kinds.length === 1
        ? `${kinds[0]} is given ${named.length} times`
        : `${listed(kinds)} are one place; keep the one you mean`;
    say('warning', place, message, PAGES.locations);
  }
  checkCardSdk(manifest, say);
}

function checkOne(location: string, base: string, place: string, say: Say): void {
  const known = LOCATIONS[base];
  if (known === undefined) {
    const meant = nearMiss(location.replace(/-\d+$/, ''), NAMES);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    say('warning', place, `"${location}" is no known place${hint}`, PAGES.locations);
    return;
  }
  if (location === base || known.column) return;
  const message =
    base === 'everywhere'
      ? 'everywhere takes no suffix; it never uses the right column'
      : `${base} has no right column, so it takes no suffix; write ${base}`;
  say('warning', place, message, PAGES.amoAreas);
}

function checkCardSdk(manifest: Json, say: Say): void {
  const cards = ['lcard', 'ccard', 'comcard'];
  const index = textsIn(manifest.locations).indexOf('card_sdk');
  if (index < 0 || runsIn(manifest, ...cards)) return;
  const message = `card_sdk works only together with ${listed(cards)}; add those whose cards get the tab`;
  const place = `locations.${(manifest.locations as unknown[]).indexOf('card_sdk')}`;
  say('warning', place, message, PAGES.amoAreas);
}

/** Whether the script runs in one of these places, which `everywhere` and `init_once` include. */
export function runsIn(manifest: Json, ...places: string[]): boolean {
  const named = textsIn(manifest.locations).map(baseOf);
  if (objectAt(manifest, 'widget')?.init_once === true) return true;
  return [...places, 'everywhere'].some((place) => named.includes(place));
}
