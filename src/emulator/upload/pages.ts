const KOMMO = 'https://developers.kommo.com/docs';
const AMO = 'https://www.amocrm.ru/developers/content';

/** The vendor's pages the rules rest on. */
export const PAGES = {
  manifest: `${KOMMO}/manifest-json`,
  locations: `${KOMMO}/widget-locations`,
  fields: `${KOMMO}/field-types`,
  structure: `${KOMMO}/structure-widget`,
  styles: `${KOMMO}/style-css`,
  script: `${KOMMO}/script-js`,
  checklist: `${KOMMO}/getting-listed`,
  amoStructure: `${AMO}/integrations/structure`,
  amoAreas: `${AMO}/integrations/areas`,
  amoUpload: `${AMO}/integrations/upload`,
  amoRequirements: `${AMO}/integrations/requirements`,
  amoScript: `${AMO}/integrations/script_js`,
  customField: `${AMO}/integrations/custom_settings`,
  initOnce: `${AMO}/web_sdk/init_once`,
  salesbot: `${AMO}/integrations/salesbot_widget`,
  sms: `${AMO}/integrations/system_sms`,
  mobile: `${AMO}/integrations/mobile-widgets`,
  webForms: `${AMO}/integrations/amoforms-widgets`,
  leftMenu: `${AMO}/web_sdk/left_menu`,
  pipeline: `${AMO}/web_sdk/digital_pipeline`,
  personalPage: `${AMO}/web_sdk/personal_page`,
  advanced: `${AMO}/web_sdk/settings`,
} as const;
