import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';

export const INSTANCE = 'kommo-3f2b6c1e-0000-4000-8000-000000000001';
export const INSTANCE_KEY = 'canary-instance-key-0123456789';

/** The account's number and that of the client. */
export const OWN = '5511888880000';
export const ANA = '5511999990000';
export const ANA_JID = `${ANA}@s.whatsapp.net`;
export const ANA_LID = '103899771998284@lid';
export const GROUP_JID = '120363042000000000@g.us';

export const DATE = 1_795_773_601;

/** What Evolution posts: its webhook controller, version 2.3.7. */
export function event(name: string, data: unknown): WebhookRequest {
  return {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(
      JSON.stringify({
        event: name,
        instance: INSTANCE,
        data,
        destination: 'https://backend.example/connect/webhooks/evolution/channel-1',
        date_time: '2026-11-27T10:00:01.000Z',
        sender: `${OWN}@s.whatsapp.net`,
        server_url: 'http://evolution.example:8080',
        apikey: INSTANCE_KEY,
      }),
    ),
  };
}

/** A message of Ana. */
export function upsert(message: object, fields: { key?: object; [more: string]: unknown } = {}) {
  const { key, ...more } = fields;
  return event('messages.upsert', {
    key: { remoteJid: ANA_JID, fromMe: false, id: '3EB0AA', ...key },
    pushName: 'Ana Pérez',
    status: 'DELIVERY_ACK',
    message,
    messageType: Object.keys(message)[0],
    messageTimestamp: DATE,
    instanceId: '9f0c',
    source: 'android',
    ...more,
  });
}

/** A file as WhatsApp describes it, with what opens it at WhatsApp. */
export function file(fields: object = {}): object {
  return {
    url: 'https://mmg.whatsapp.net/v/t62.7118-24/canary-file-address.enc',
    mimetype: 'image/jpeg',
    fileSha256: 'mEQ2pN0=',
    fileLength: '20142',
    mediaKey: 'canary-media-key',
    directPath: '/v/t62.7118-24/canary-file-address.enc',
    ...fields,
  };
}

export const VCARD = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'N:;Bruno;;;',
  'FN:Bruno',
  'item1.TEL;waid=5521988887777:+55 21 98888-7777',
  'item1.X-ABLabel:Celular',
  'END:VCARD',
].join('\n');

/** What somebody edited: WhatsApp's own message about it. */
export function edit(text: string, fields: object = {}): object {
  return {
    key: { remoteJid: ANA_JID, fromMe: false, id: '3EB0AA' },
    type: 'MESSAGE_EDIT',
    editedMessage: { conversation: text },
    timestampMs: '1795773660123',
    ...fields,
  };
}
