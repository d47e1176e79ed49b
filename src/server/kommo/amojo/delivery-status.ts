import { type AmojoCaller, type ChatScope, callAmojo } from './call-amojo.ts';

/**
 * Why a message was not delivered: 901 the client deleted the chat, 902 the integration is off at the service, 903 our
 * fault, 904 no chat can be begun.
 */
type PlainErrorCode = 901 | 902 | 903 | 904;

/** What became of a message that was written in Kommo. */
export type DeliveryStatus = { kommoMessageId: string } & (
  | { status: 'delivered' | 'read'; errorCode?: undefined; errorText?: undefined }
  | { status: 'failed'; errorCode?: PlainErrorCode; errorText?: string }
  /** Anything else; the manager reads the text. */
  | { status: 'failed'; errorCode: 905; errorText: string }
);

/** What the status is called. */
export type DeliveryStatusField = 'status_code' | 'delivery_status' | 'both';

/**
 * Kommo's page and the older reference's table call the field `status_code`; the older page's sample, its published
 * signature and most public clients call it `delivery_status`, and both are seen in use. The newest official text wins.
 *
 * @see https://developers.kommo.com/reference/update-delivery-status
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
const FIELD: DeliveryStatusField = 'status_code';

const CODES = { delivered: 1, read: 2, failed: -1 } as const;

/** What to say when the reason is not known. */
const INTERNAL_ERROR = 903;

/**
 * Tells Kommo what became of a message. Kommo documents nothing about going back, so the caller only goes forward.
 *
 * @throws KommoError `not_found` for a message Kommo does not have
 * @see https://developers.kommo.com/reference/update-delivery-status
 */
export async function sendDeliveryStatus(
  kommo: AmojoCaller,
  scope: ChatScope,
  status: DeliveryStatus,
): Promise<void> {
  const path = [status.kommoMessageId, 'delivery_status'];
  await callAmojo(kommo, scope, { method: 'POST', path, json: deliveryStatusJson(status) });
}

/** The API's form of a status. */
export function deliveryStatusJson(
  delivery: DeliveryStatus,
  field: DeliveryStatusField = FIELD,
): object {
  const { kommoMessageId: msgid, status, errorCode = INTERNAL_ERROR, errorText } = delivery;
  const code = CODES[status];
  const error = status !== 'failed' ? {} : { error_code: errorCode, error: errorText };
  if (field === 'status_code') return { status_code: code, ...error };
  const both = field === 'both' ? { status_code: code } : {};
  return { msgid, delivery_status: code, ...both, ...error };
}
