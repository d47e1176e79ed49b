import type { Exchange } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import { pictureOfLine } from '../whatsapp/file-routes.ts';
import {
  codeText,
  newPairingCode,
  newSession,
  sessionsOf,
  sightOf,
  type WhatsAppSession,
} from '../whatsapp.ts';
import { emit } from './emit.ts';
import type { Call } from './guard.ts';
import { badRequest, Refusal } from './refusal.ts';
import { EVOLUTION_LIVES, stateOf } from './session.ts';
import { type Fields, forgetInstance, instanceOf } from './state.ts';
import { changeSettings, keepWebhook } from './webhook-routes.ts';

/** `POST /instance/create`. */
export function createInstance(exchange: Exchange): void {
  const { world } = exchange;
  const fields = exchange.fields();
  const { instanceName, integration } = fields;
  if (typeof instanceName !== 'string' || instanceName === '') {
    throw badRequest('instanceName is required');
  }
  if (integration !== 'WHATSAPP-BAILEYS') throw badRequest('Invalid integration');
  const sessions = sessionsOf(world, 'evolution');
  if (sessions.some(({ name }) => name === instanceName)) {
    throw new Refusal(403, [`This name "${instanceName}" is already in use.`]);
  }
  const session = newSession('evolution', instanceName, world.clock.now());
  forgetInstance(world, instanceName);
  const instance = instanceOf(world, instanceName);
  if (typeof fields.token === 'string' && fields.token !== '') instance.token = fields.token;
  changeSettings(instance, fields);
  const webhook = fields.webhook as Fields | undefined;
  if (webhook !== undefined) keepFirstWebhook(world, session, webhook);
  if (typeof fields.number === 'string') session.pairingCode = newPairingCode();
  sessions.push(session);
  exchange.sendJson(201, {
    instance: {
      instanceName,
      instanceId: instance.id,
      integration,
      webhookWaBusiness: null,
      accessTokenWaBusiness: '',
      status: 'connecting',
    },
    hash: instance.token,
    webhook: {
      webhookUrl: webhook?.url,
      webhookHeaders: webhook?.headers,
      webhookByEvents: webhook?.byEvents,
      webhookBase64: webhook?.base64,
    },
    settings: instance.settings,
    qrcode: { count: 0 },
  });
}

/** A webhook given with a new instance is on; whatever is wrong with it fails the instance. */
function keepFirstWebhook(world: World, session: WhatsAppSession, webhook: Fields): void {
  const instance = instanceOf(world, session.name);
  try {
    keepWebhook(world, session, instance, { ...webhook, enabled: true });
  } catch (error) {
    forgetInstance(world, session.name);
    throw badRequest((error as Error).message);
  }
}

/** `GET /instance/connect/{instance}`: the present code. */
export function connectInstance({ exchange, session }: Call): void {
  const { world } = exchange;
  if (stateOf(world, session) === 'open') {
    return void exchange.sendJson(200, { instance: { instanceName: session.name, state: 'open' } });
  }
  // Asking again after the codes ran out or the phone left starts a new socket with new codes.
  if (sightOf(session, EVOLUTION_LIVES, world.clock.now()).phase === 'failed') {
    Object.assign(session, newSession('evolution', session.name, world.clock.now()), {
      webhook: session.webhook,
    });
  }
  if (exchange.query('number') !== undefined) {
    session.pairingCode = newPairingCode().replace('-', '');
    session.startedAt = world.clock.now() - 1_000;
  }
  const sight = sightOf(session, EVOLUTION_LIVES, world.clock.now());
  if (sight.phase !== 'showing') return void exchange.sendJson(200, { count: 0 });
  exchange.sendJson(200, {
    pairingCode: session.pairingCode,
    code: codeText(session, sight.index),
    base64: null,
    count: sight.index + 1,
  });
}

/** `GET /instance/connectionState/{instance}`. */
export function showState({ exchange, session }: Call): void {
  exchange.sendJson(200, {
    instance: { instanceName: session.name, state: stateOf(exchange.world, session) },
  });
}

/** `GET /instance/fetchInstances`. */
export function listInstances(exchange: Exchange): void {
  const { world } = exchange;
  const wanted = exchange.query('instanceName');
  const found = sessionsOf(world, 'evolution').filter(
    ({ name }) => wanted === undefined || name === wanted,
  );
  if (wanted !== undefined && found.length === 0) {
    throw new Refusal(404, [`Instance "${wanted}" not found`]);
  }
  exchange.sendJson(
    200,
    found.map((session) => instanceInfo(world, session)),
  );
}

function instanceInfo(world: World, session: WhatsAppSession): object {
  const { phase } = sightOf(session, EVOLUTION_LIVES, world.clock.now());
  const phone = phase === 'working' ? session.phone : null;
  const { id, token, rows, contacts, settings } = instanceOf(world, session.name);
  return {
    id,
    name: session.name,
    connectionStatus: stateOf(world, session),
    ownerJid: phone === null ? null : `${phone.number}@s.whatsapp.net`,
    profileName: phone?.name ?? null,
    profilePicUrl: phone === null ? null : pictureOfLine(world, phone.number),
    integration: 'WHATSAPP-BAILEYS',
    token,
    Setting: settings,
    _count: { Message: rows.length, Contact: contacts.length, Chat: contacts.length },
  };
}

/** `DELETE /instance/logout/{instance}`. */
export function logOutInstance({ exchange, session }: Call): void {
  if (stateOf(exchange.world, session) === 'close') {
    throw badRequest(`The "${session.name}" instance is not connected`);
  }
  session.endedAt = exchange.world.clock.now();
  session.endReason = 'logged_out';
  exchange.sendJson(200, success('Instance logged out'));
}

/** `DELETE /instance/delete/{instance}`. */
export function deleteInstance({ exchange, session, instance }: Call): void {
  const { world } = exchange;
  const sessions = sessionsOf(world, 'evolution');
  void emit(world, session, 'instance.delete', {
    instanceName: session.name,
    instanceId: instance.id,
  });
  sessions.splice(sessions.indexOf(session), 1);
  forgetInstance(world, session.name);
  exchange.sendJson(200, success('Instance deleted'));
}

function success(message: string): object {
  return { status: 'SUCCESS', error: false, response: { message } };
}
