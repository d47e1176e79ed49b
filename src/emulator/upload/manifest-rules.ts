import type { Widget, WidgetProblem } from './widget-package.ts';

type Json = Record<string, unknown>;
type Severity = WidgetProblem['severity'];

const FIELD_TYPES = ['text', 'pass', 'users', 'users_lp', 'custom'];
const PLACES = [
  ...['lcard', 'ccard', 'comcard', 'cucard', 'llist', 'clist', 'tlist', 'culist'],
  ...['tline', 'tcalendar', 'settings', 'advanced_settings', 'card_sdk', 'catalogs'],
  ...['digital_pipeline', 'lead_sources', 'salesbot_designer', 'sms', 'mobile_card'],
  ...['website_chat_button', 'ai_agent', 'widget_page', 'whatsapp_modal', 'amoforms'],
  ...['personal_page', 'everywhere'],
];

export function checkManifest({ manifest }: Widget): WidgetProblem[] {
  if (manifest === undefined) return [];
  const problems: WidgetProblem[] = [];
  const say = (severity: Severity, message: string) =>
    problems.push({ severity, file: 'manifest.json', message });
  checkWidgetPart(manifest, say);
  checkLocations(manifest, say);
  checkTour(manifest, say);
  checkSettings(manifest, say);
  checkCompanions(manifest, say);
  return problems;
}

type Say = (severity: Severity, message: string) => void;

function objectAt(value: unknown, name: string): Json | undefined {
  const part = (value as Json | undefined)?.[name];
  return typeof part === 'object' && part !== null && !Array.isArray(part)
    ? (part as Json)
    : undefined;
}

function checkWidgetPart(manifest: Json, say: Say) {
  const widget = objectAt(manifest, 'widget');
  if (widget === undefined) return say('error', '"widget" field is required');
  for (const name of ['name', 'description', 'short_description']) {
    if (typeof widget[name] !== 'string' || widget[name] === '') {
      say('error', `"widget.${name}" field is required`);
    }
  }
  if (!Array.isArray(widget.locale) || widget.locale.length === 0) {
    say('error', '"widget.locale" field is required');
  }
  if (typeof widget.installation !== 'boolean') {
    say('error', '"widget.installation" must be true or false');
  }
  if (widget.interface_version !== 2) say('error', '"widget.interface_version" must be 2');
  if (widget.init_once !== undefined && typeof widget.init_once !== 'boolean') {
    say('warning', '"widget.init_once" should be true or false');
  }
  if (typeof widget.version !== 'string' || !/^\d+\.\d+\.\d+$/.test(widget.version)) {
    say('warning', '"widget.version" should be three numbers, x.y.z');
  }
  if (widget.code !== undefined || widget.secret_key !== undefined) {
    say('warning', '"widget.code" and "widget.secret_key" are from before OAuth');
  }
  const support = objectAt(widget, 'support');
  if (support?.link === undefined && support?.email === undefined) {
    say('warning', '"widget.support" should have a link or an email');
  }
}

function checkLocations(manifest: Json, say: Say) {
  const { locations } = manifest;
  if (!Array.isArray(locations)) return say('error', '"locations" field is required');
  const bases = new Map<string, string>();
  for (const location of locations.map(String)) {
    const base = location.replace(/-[01]$/, '');
    if (!PLACES.includes(base)) say('warning', `"locations": ${location} is not a known place`);
    if (base === 'everywhere' && location !== base) {
      say('warning', '"locations": everywhere takes no suffix');
    }
    const other = bases.get(base);
    if (other !== undefined) say('warning', `"locations": ${other} and ${location} are one place`);
    bases.set(base, location);
  }
}

function checkTour(manifest: Json, say: Say) {
  const tour = objectAt(manifest, 'tour');
  if (tour === undefined) {
    // The documentation demands it; the vendor's own generator leaves it out.
    return say('warning', '"tour" field is required by the documentation');
  }
  if (tour.is_tour !== true) return say('error', '"tour.is_tour" must be true');
  const images = objectAt(tour, 'tour_images');
  if (images === undefined) return say('error', '"tour.tour_images" field is required');
  if (typeof tour.tour_description !== 'string') {
    say('error', '"tour.tour_description" field is required');
  }
  const widget = objectAt(manifest, 'widget');
  const locale = Array.isArray(widget?.locale) ? widget.locale.map(String) : [];
  for (const language of locale) {
    if (images[language] === undefined) {
      say('error', `"tour.tour_images.${language}" field is required`);
    }
  }
}

function checkSettings(manifest: Json, say: Say): void {
  const settings = objectAt(manifest, 'settings');
  const isInstalled = objectAt(manifest, 'widget')?.installation === true;
  const fields = Object.entries(settings ?? {}) as [string, Json | null][];
  if (fields.length === 0) {
    if (isInstalled) say('error', '"settings" field is required');
    return;
  }
  for (const [name, field] of fields) {
    if (typeof field?.name !== 'string') say('error', `"settings.${name}.name" field is required`);
    if (!FIELD_TYPES.includes(String(field?.type))) {
      say('error', `"settings.${name}.type" must be one of ${FIELD_TYPES.join(', ')}`);
    }
    if (field?.required !== undefined && typeof field.required !== 'boolean') {
      say('error', `"settings.${name}.required" must be true or false`);
    }
  }
  if (fields.filter(([, field]) => field?.type === 'custom').length > 1) {
    say('error', '"settings" may have one custom field only');
  }
}

/** Blocks that a location needs. */
function checkCompanions(manifest: Json, say: Say): void {
  const places = Array.isArray(manifest.locations) ? manifest.locations.map(String) : [];
  const has = (place: string) => places.some((one) => one.replace(/-[01]$/, '') === place);
  const dp = objectAt(manifest, 'dp');
  if (has('digital_pipeline') && objectAt(dp, 'settings') === undefined) {
    say('error', '"dp.settings" field is required with the location digital_pipeline');
  }
  if (has('digital_pipeline') && typeof dp?.action_multiple !== 'boolean') {
    say('warning', '"dp.action_multiple" field is required by the documentation');
  }
  for (const [name, address] of [
    ['dp.webhook_url', dp?.webhook_url],
    ['sms.endpoint', objectAt(manifest, 'sms')?.endpoint],
    ['mobile.frame_url', objectAt(manifest, 'mobile')?.frame_url],
  ] as const) {
    if (address === undefined || isAddress(address)) continue;
    say('error', `"${name}" must be an address, https://…`);
  }
  if (has('advanced_settings') && objectAt(manifest, 'advanced')?.title === undefined) {
    say('error', '"advanced.title" field is required with the location advanced_settings');
  }
  if (has('salesbot_designer') && objectAt(manifest, 'salesbot_designer') === undefined) {
    say('error', '"salesbot_designer" field is required with the location salesbot_designer');
  }
  if (has('sms') && objectAt(manifest, 'sms')?.endpoint === undefined) {
    say('error', '"sms.endpoint" field is required with the location sms');
  }
  if (has('mobile_card') && objectAt(manifest, 'mobile')?.frame_url === undefined) {
    say('error', '"mobile.frame_url" field is required with the location mobile_card');
  }
  if (has('widget_page') && objectAt(manifest, 'left_menu') === undefined) {
    say('error', '"left_menu" field is required with the location widget_page');
  }
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https:/.test(value) && URL.canParse(value);
}
