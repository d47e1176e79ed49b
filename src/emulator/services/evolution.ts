/**
 * A double of Evolution API 2.3 (https://doc.evolution-api.com/v2/): instances, QR codes (without their colours), pairing
 * codes, webhooks, and messages to and from the emulated WhatsApp network.
 */
import type { Handler, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import {
  deleteMessage,
  findMessages,
  getBase64,
  markMessageAsRead,
  sendPresence,
  updateMessage,
  whatsappNumbers,
} from './evolution/chat-routes.ts';
import { emit } from './evolution/emit.ts';
import { keyed, onInstance } from './evolution/guard.ts';
import {
  connectInstance,
  createInstance,
  deleteInstance,
  listInstances,
  logOutInstance,
  showState,
} from './evolution/instance-routes.ts';
import { hear, hearMissed } from './evolution/listen.ts';
import { CONTENTS, type SendMethod } from './evolution/send-content.ts';
import { findGroup, sender, sendReaction } from './evolution/send-routes.ts';
import { findSettings, findWebhook, setSettings, setWebhook } from './evolution/webhook-routes.ts';
import { onNetwork } from './whatsapp/events.ts';
import { LINKING_MS, type Phone, type WhatsAppSession } from './whatsapp.ts';

export const EVOLUTION_API_KEY = 'emulator-evolution-key-0123456789';

const PATH = '/__services/evolution';

export function evolutionRoutes(): Route[] {
  onNetwork('evolution', hear);
  const at = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: 'any',
    path: `${PATH}${path}`,
    handler,
  });
  const on = (method: Route['method'], path: string, act: Parameters<typeof onInstance>[1]) =>
    at(method, `${path}/:name`, onInstance(EVOLUTION_API_KEY, act));
  return [
    at('POST', '/instance/create', keyed(EVOLUTION_API_KEY, createInstance)),
    at('GET', '/instance/fetchInstances', keyed(EVOLUTION_API_KEY, listInstances)),
    on('GET', '/instance/connect', connectInstance),
    on('GET', '/instance/connectionState', showState),
    on('DELETE', '/instance/logout', logOutInstance),
    on('DELETE', '/instance/delete', deleteInstance),
    on('POST', '/webhook/set', setWebhook),
    on('GET', '/webhook/find', findWebhook),
    on('POST', '/settings/set', setSettings),
    on('GET', '/settings/find', findSettings),
    ...(Object.keys(CONTENTS) as SendMethod[]).map((method) => ({
      ...on('POST', `/message/${method}`, sender(method)),
      streams: 'multipart/form-data',
    })),
    on('POST', '/message/sendReaction', sendReaction),
    on('POST', '/chat/whatsappNumbers', whatsappNumbers),
    on('POST', '/chat/markMessageAsRead', markMessageAsRead),
    on('POST', '/chat/sendPresence', sendPresence),
    on('POST', '/chat/getBase64FromMediaMessage', getBase64),
    on('POST', '/chat/findMessages', findMessages),
    on('POST', '/chat/updateMessage', updateMessage),
    on('DELETE', '/chat/deleteMessageForEveryone', deleteMessage),
    on('GET', '/group/findGroupInfos', findGroup),
  ];
}

/** Plays the phone: scans, refuses, removes the device, loses its network. */
export async function changeEvolutionInstance(
  world: World,
  session: WhatsAppSession,
  change: 'scan' | 'refuse' | 'log_out' | 'go_offline' | 'go_online',
  phone: Phone,
): Promise<void> {
  const now = world.clock.now();
  switch (change) {
    case 'scan':
      session.phone = phone;
      session.scannedAt = now;
      await announce(world, session, 'connecting', 515);
      setTimeout(() => {
        if (!world.life.aborted) void announce(world, session, 'open', 200);
      }, LINKING_MS + 20).unref();
      return;
    case 'refuse':
      session.endedAt = now;
      session.endReason = 'refused';
      return announce(world, session, 'refused', 428);
    case 'log_out':
      session.endedAt = now;
      session.endReason = 'logged_out';
      return announce(world, session, 'close', 401);
    case 'go_offline':
      session.isPhoneOffline = true;
      return announce(world, session, 'connecting', 408);
    case 'go_online':
      session.isPhoneOffline = false;
      await announce(world, session, 'open', 200);
      return hearMissed(world, session);
  }
}

function announce(
  world: World,
  session: WhatsAppSession,
  state: string,
  statusReason: number,
): Promise<void> {
  const { phone } = session;
  const owner = state === 'open' && phone !== null;
  return emit(world, session, 'connection.update', {
    instance: session.name,
    ...(owner && {
      wuid: `${phone.number}@s.whatsapp.net`,
      profileName: phone.name,
      profilePictureUrl: null,
    }),
    state,
    statusReason,
  });
}
