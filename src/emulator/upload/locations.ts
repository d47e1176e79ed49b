/** `column`: takes the suffix -0 or -1, for the right column of a card or list. */
interface Location {
  column?: true;
  /** Only amoCRM's pages name it. */
  amoOnly?: true;
}

const COLUMN: Location = { column: true };
const AMO_COLUMN: Location = { column: true, amoOnly: true };

/**
 * Where a widget may run: https://developers.kommo.com/docs/widget-locations,
 * https://www.amocrm.ru/developers/content/integrations/areas, and for `tline` and `tcalendar`
 * https://www.amocrm.ru/developers/content/web_sdk/todo_sync.
 */
export const LOCATIONS: Readonly<Record<string, Location>> = {
  lcard: COLUMN,
  ccard: COLUMN,
  comcard: COLUMN,
  cucard: AMO_COLUMN,
  llist: COLUMN,
  clist: COLUMN,
  tlist: COLUMN,
  culist: AMO_COLUMN,
  tline: AMO_COLUMN,
  tcalendar: AMO_COLUMN,
  settings: {},
  advanced_settings: {},
  card_sdk: {},
  catalogs: {},
  digital_pipeline: {},
  lead_sources: {},
  salesbot_designer: {},
  sms: {},
  mobile_card: {},
  website_chat_button: {},
  ai_agent: {},
  widget_page: {},
  whatsapp_modal: { amoOnly: true },
  amoforms: { amoOnly: true },
  personal_page: { amoOnly: true },
  everywhere: {},
};

/** The place without its suffix: `lcard` of `lcard-1`. */
export function baseOf(location: string): string {
  return location.replace(/-[01]$/, '');
}

/** All values the list may hold. */
export function locationValues(): string[] {
  return Object.entries(LOCATIONS).flatMap(([name, { column }]) =>
    column ? [`${name}-1`, `${name}-0`, name] : [name],
  );
}
