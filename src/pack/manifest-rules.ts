import type { Fault, PackageFiles } from './fault.ts';
import { readObject, textAt } from './json-file.ts';

/** https://developers.kommo.com/docs/widget-locations, without the amoCRM-only ones. */
const LOCATIONS = new Set([
  'lcard',
  'ccard',
  'comcard',
  'llist',
  'clist',
  'tlist',
  'settings',
  'advanced_settings',
  'card_sdk',
  'catalogs',
  'digital_pipeline',
  'lead_sources',
  'salesbot_designer',
  'sms',
  'mobile_card',
  'website_chat_button',
  'ai_agent',
  'widget_page',
  'everywhere',
]);

const LOCALES = new Set(['en', 'es', 'pt', 'tr', 'id']);
const FIELD_TYPES = new Set(['text', 'pass', 'users', 'users_lp', 'custom']);
const SECTIONS = new Set(['widget', 'locations', 'tour', 'settings']);
const SLIDES_MAX = 5;

type Json = Record<string, unknown>;

/**
 * Kommo's requirements for manifest.json (https://developers.kommo.com/docs/manifest-json), and what its
 * upload rejects without giving a reason: `is_tour: false` and empty `settings`.
 *
 * @param version of package.json, which the manifest must repeat: it is the cache key of the build
 */
export function checkManifest(files: PackageFiles, version: string): Fault[] {
  const manifest = readObject(files, 'manifest.json');
  if (typeof manifest === 'string') return [{ file: 'manifest.json', message: manifest }];
  return new ManifestRules(files, manifest).check(version);
}

/** The languages the manifest names, or none if it cannot be read. */
export function manifestLocales(files: PackageFiles): string[] {
  const manifest = readObject(files, 'manifest.json');
  const widget = typeof manifest === 'string' ? undefined : object(manifest.widget);
  return strings(widget?.locale);
}

class ManifestRules {
  readonly #files: PackageFiles;
  readonly #manifest: Json;
  readonly #widget: Json;
  readonly #locales: string[];
  readonly #faults: Fault[] = [];

  constructor(files: PackageFiles, manifest: Json) {
    this.#files = files;
    this.#manifest = manifest;
    this.#widget = object(manifest.widget) ?? {};
    this.#locales = strings(this.#widget.locale);
  }

  check(version: string): Fault[] {
    for (const name of Object.keys(this.#manifest)) {
      if (!SECTIONS.has(name)) this.#fault(`"${name}" is not a section this widget uses`);
    }
    this.#checkWidget(version);
    this.#checkLocales();
    this.#checkSupport();
    this.#checkLocations();
    this.#checkTour();
    this.#checkSettings();
    return this.#faults;
  }

  #checkWidget(version: string): void {
    for (const name of ['name', 'description', 'short_description']) {
      this.#checkText(`widget.${name}`, this.#widget[name]);
    }
    if (this.#widget.version !== version) {
      this.#fault(
        `widget.version is ${JSON.stringify(this.#widget.version)}, package.json says ${version}; raise both together`,
      );
    }
    if (this.#widget.interface_version !== 2) this.#fault('widget.interface_version must be 2');
    if (typeof this.#widget.init_once !== 'boolean') {
      this.#fault('widget.init_once must be true or false');
    }
    if (this.#widget.installation !== true) {
      this.#fault('widget.installation must be true, or there is nothing to install or save');
    }
    for (const name of ['code', 'secret_key']) {
      if (name in this.#widget) this.#fault(`widget.${name} is obsolete, and anyone could read it`);
    }
  }

  #checkLocales(): void {
    if (this.#locales.length === 0) this.#fault('widget.locale must list at least one language');
    for (const locale of this.#locales) {
      if (!LOCALES.has(locale)) this.#fault(`widget.locale: Kommo has no language "${locale}"`);
      if (!this.#files.has(`i18n/${locale}.json`)) {
        this.#fault(`widget.locale: i18n/${locale}.json is missing`);
      }
    }
  }

  #checkSupport(): void {
    const support = object(this.#widget.support) ?? {};
    const link = support.link;
    const email = support.email;
    if (link === undefined && email === undefined) {
      this.#fault('widget.support needs a link or an email');
    }
    if (link !== undefined && URL.parse(String(link))?.protocol !== 'https:') {
      this.#fault('widget.support.link must be an https address');
    }
    if (email !== undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(email))) {
      this.#fault('widget.support.email must be a mail address');
    }
  }

  #checkLocations(): void {
    const locations = strings(this.#manifest.locations);
    if (!locations.includes('settings')) {
      this.#fault('locations must contain "settings", or no script runs in the settings modal');
    }
    const seen = new Set<string>();
    for (const location of locations) {
      const place = location.replace(/-[01]$/, '');
      if (!LOCATIONS.has(place)) this.#fault(`locations: Kommo has no location "${location}"`);
      if (seen.has(place)) this.#fault(`locations names "${place}" twice`);
      seen.add(place);
    }
  }

  #checkTour(): void {
    const tour = object(this.#manifest.tour) ?? {};
    if (tour.is_tour !== true) {
      this.#fault('tour.is_tour must be true: Kommo answers 400 without a reason otherwise');
    }
    this.#checkText('tour.tour_description', tour.tour_description);
    const slides = object(tour.tour_images) ?? {};
    for (const locale of this.#locales) {
      const paths = strings(slides[locale]);
      if (paths.length < 1 || paths.length > SLIDES_MAX) {
        this.#fault(`tour.tour_images.${locale} must name 1 to ${SLIDES_MAX} pictures`);
      }
      for (const path of paths) {
        if (!path.startsWith('/images/') || !this.#files.has(path.slice(1))) {
          this.#fault(`tour.tour_images.${locale}: ${path} is not a picture of the package`);
        }
      }
    }
  }

  #checkSettings(): void {
    const settings = object(this.#manifest.settings) ?? {};
    const fields = Object.entries(settings);
    if (fields.length === 0) {
      this.#fault(
        'settings must not be empty: Kommo answers that the "settings" field is required',
      );
    }
    for (const [code, value] of fields) {
      const field = object(value) ?? {};
      this.#checkText(`settings.${code}.name`, field.name);
      if (!FIELD_TYPES.has(String(field.type))) {
        this.#fault(`settings.${code}.type must be one of ${[...FIELD_TYPES].join(', ')}`);
      }
      if (typeof field.required !== 'boolean') {
        this.#fault(`settings.${code}.required must be true or false`);
      }
    }
    if (fields.filter(([, field]) => object(field)?.type === 'custom').length > 1) {
      this.#fault('settings: a widget may have one custom field only');
    }
  }

  /** Texts in the manifest are keys of texts in the language files. */
  #checkText(place: string, key: unknown): void {
    if (typeof key !== 'string' || key === '') {
      this.#fault(`${place} must name a text of the language files`);
      return;
    }
    for (const locale of this.#locales) {
      const texts = readObject(this.#files, `i18n/${locale}.json`);
      if (typeof texts !== 'string' && textAt(texts, key) === undefined) {
        this.#fault(`${place} names "${key}", which i18n/${locale}.json does not have`);
      }
    }
  }

  #fault(message: string): void {
    this.#faults.push({ file: 'manifest.json', message });
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
