/** Where Kommo's behaviour is documented or was observed; each row of the coverage names a source. */

export const KOMMO = 'https://developers.kommo.com/docs';
export const REFERENCE = 'https://developers.kommo.com/reference';
export const AMO = 'https://www.amocrm.ru/developers/content';
export const CRM = `${AMO}/crm_platform`;
export const WEBHOOKS = `${AMO}/chats/chat-webhooks`;
export const CHATS = `${AMO}/chats/chat-api-reference`;
export const SCRIPT = `${KOMMO}/script-js`;
export const OBSERVED = 'observed in public widgets and clients';
export const SEEN_IN_WIDGETS = 'observed in public widgets';
/** Code that the vendor itself publishes: the tutorial's widget and the generator of integrations. */
export const SAMPLES = 'https://github.com/kommo-crm (birthday-widget, create-kommo-integration)';

/** For a page's request whose real address is not public. */
export const OWN_ADDRESS = {
  source: 'assumption',
  note: 'the address is our own, no source gives it',
};
