import { checkBlocks } from './block-rules.ts';
import { checkLocations, runsIn } from './location-rules.ts';
import { LANGUAGES, MANIFEST } from './manifest-shape.ts';
import { PAGES } from './pages.ts';
import { findPlaceholders } from './placeholder-rules.ts';
import { listed, type WidgetProblem } from './problem.ts';
import { type Say, sayOf } from './say.ts';
import { ShapeRules } from './shape-rules.ts';
import { type Json, localesOf, objectAt, textsIn, type Widget } from './widget-package.ts';

/** Everything about manifest.json that other files have no part in. */
export function checkManifest(widget: Widget): WidgetProblem[] {
  const { manifest, json } = widget;
  const { problems, places } = findPlaceholders(widget);
  if (manifest === undefined) return problems;
  const say = sayOf('manifest.json', json, problems);
  const pipeline = objectAt(objectAt(manifest, 'dp'), 'settings');
  if (typeof pipeline?.action_multiple === 'boolean') {
    // Not a field; checkBlocks says where it belongs.
    for (const place of ['dp.action_multiple', 'dp.settings.action_multiple']) places.add(place);
  }
  if (!runsIn(manifest, 'digital_pipeline')) places.add('dp.action_multiple');
  new ShapeRules(say, places).check(MANIFEST, manifest, '', undefined);
  checkLocations(manifest, places, say);
  checkBlocks(manifest, say);
  checkInstallation(manifest, say);
  checkWidgetPart(manifest, say);
  checkTourLanguages(widget, say);
  return problems;
}

function checkInstallation(manifest: Json, say: Say): void {
  const widget = objectAt(manifest, 'widget');
  const { settings } = manifest;
  const hasFields = Object.keys(objectAt(manifest, 'settings') ?? {}).length > 0;
  const isOfKind = settings === undefined || typeof settings === 'object';
  if (widget?.installation === true && !hasFields && isOfKind) {
    const message =
      'needs at least one field, or the upload answers that the "settings" field is required';
    say('error', 'settings', message, PAGES.manifest);
  }
  if (widget?.installation === false && hasFields) {
    const message = 'is not shown: with widget.installation false there is only the description';
    say('warning', 'settings', message, PAGES.manifest);
  }
  if (widget?.is_showcase === true && widget.installation === true) {
    const message = 'needs widget.installation false: a showcase is not installed';
    say('error', 'widget.is_showcase', message, PAGES.amoStructure);
  }
}

function checkWidgetPart(manifest: Json, say: Say): void {
  const widget = objectAt(manifest, 'widget');
  const old = ['code', 'secret_key'].filter((key) => typeof widget?.[key] === 'string');
  if (old.length > 0) {
    const message = `${listed(old)}: from before OAuth, and everyone can read them; take them away`;
    say('warning', `widget.${old[0]}`, message, PAGES.amoUpload);
  }
  const support = objectAt(widget, 'support');
  if (support !== undefined && support.link === undefined && support.email === undefined) {
    const message = 'needs a link, or an email if there is no page';
    say('warning', 'widget.support', message, PAGES.amoStructure);
  }
}

/** Languages without pictures: sources disagree, unless there is no picture at all. */
function checkTourLanguages({ manifest, i18n }: Widget, say: Say): void {
  const images = objectAt(objectAt(manifest, 'tour'), 'tour_images');
  if (images === undefined) return;
  const locale = localesOf(manifest);
  const isGiven = (language: string) =>
    images[language] !== undefined &&
    (!Array.isArray(images[language]) || textsIn(images[language]).length > 0);
  // A language that Kommo lacks, or without its file, has been named for that.
  const spoken = locale.filter(
    (language) => LANGUAGES.includes(language) && i18n[language] !== undefined,
  );
  const bare = spoken.filter((language) => !isGiven(language));
  if (bare.length > 0) {
    const message = `has no pictures for ${listed(bare)}; add 1 to 5 of each language`;
    const isBare = bare.length === spoken.length;
    const place = bare.length === 1 && images[bare[0] ?? ''] !== undefined ? `.${bare[0]}` : '';
    say(isBare ? 'error' : 'warning', `tour.tour_images${place}`, message, PAGES.manifest);
  }
  const extra = Object.keys(images).filter((language) => !locale.includes(language));
  if (extra.length > 0 && locale.length > 0) {
    const message = `has pictures for ${listed(extra)}, which widget.locale does not name`;
    say('warning', `tour.tour_images.${extra[0]}`, message, PAGES.manifest);
  }
}
