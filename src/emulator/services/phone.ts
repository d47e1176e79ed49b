/**
 * The phones: the one on which a person scans an emulated QR code, refuses it, or is the wrong number; and, once it is linked,
 * the chats on it and on its clients' phones.
 */

import { escapeHtml } from '../engine/escape-html.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import { EVOLUTION_LIVES } from './evolution/session.ts';
import { changeEvolutionInstance } from './evolution.ts';
import { sendPhoneFile, sendPhonePage } from './phone/page.ts';
import { WAHA_LIVES } from './waha/session.ts';
import { changeWahaSession } from './waha/session-changes.ts';
import { type Phone, sessionsOf, sightOf, type WhatsAppSession } from './whatsapp.ts';

const PHONES: readonly Phone[] = [
  { number: '5511987654321', name: 'Ana Support' },
  { number: '5511912345678', name: 'Sales desk' },
  { number: '34600111222', name: 'Somebody else' },
];

const CHANGES = ['scan', 'refuse', 'log_out', 'go_offline', 'go_online'] as const;
type Change = (typeof CHANGES)[number];

const LABELS: Record<Change, string> = {
  scan: 'Scan the code',
  refuse: 'Refuse',
  log_out: 'Remove the linked device',
  go_offline: 'Switch the phone off',
  go_online: 'Switch the phone on',
};

/** Shown while there is nothing to do on this page. */
const NO_CODE =
  '<p>No code is being shown anywhere. In Kommo, open the widget’s settings, add a WhatsApp channel and show its QR code: then it can be scanned here.</p>';

export function phoneRoutes(): Route[] {
  return [
    { method: 'GET', host: 'any', path: '/__services/phone', handler: show },
    { method: 'GET', host: 'any', path: '/__services/phone/sessions', handler: list },
    { method: 'POST', host: 'any', path: '/__services/phone', handler: act },
    { method: 'GET', host: 'any', path: '/__services/phone/files/:name', handler: sendPhoneFile },
  ];
}

function allSessions(world: World): WhatsAppSession[] {
  return [...sessionsOf(world, 'waha'), ...sessionsOf(world, 'evolution')];
}

function phaseOf(world: World, session: WhatsAppSession): string {
  const lives = session.service === 'waha' ? WAHA_LIVES : EVOLUTION_LIVES;
  return sightOf(session, lives, world.clock.now()).phase;
}

function list(exchange: Exchange): void {
  exchange.sendJson(
    200,
    allSessions(exchange.world).map((session) => ({
      service: session.service,
      name: session.name,
      phase: phaseOf(exchange.world, session),
      pairing_code: session.pairingCode,
      phone: session.phone,
    })),
  );
}

function show(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const sessions = allSessions(world);
  const rows = sessions.map((session) => form(session, phaseOf(world, session)));
  const body = rows.length === 0 ? NO_CODE : `<ul>${rows.join('')}</ul>`;
  return sendPhonePage(exchange, body);
}

function form(session: WhatsAppSession, phase: string): string {
  const changes: Change[] =
    phase === 'working'
      ? ['log_out', session.isPhoneOffline ? 'go_online' : 'go_offline']
      : phase === 'showing'
        ? ['scan', 'refuse']
        : [];
  const choices = PHONES.map(
    ({ number, name }) => `<option value="${number}">+${number} ${escapeHtml(name)}</option>`,
  ).join('');
  const title = `${session.service}: ${session.name}`;
  return `<li><form method="post" action="/__services/phone"><strong>${escapeHtml(title)}</strong> <small>${phase}</small>
<input type="hidden" name="service" value="${session.service}"><input type="hidden" name="session" value="${escapeHtml(session.name)}">
${session.pairingCode === null ? '' : `<p>Pairing code: ${escapeHtml(session.pairingCode)}</p>`}
${phase === 'showing' ? `<label>Phone <select name="number">${choices}</select></label>` : ''}
${changes.map((change) => `<button name="change" value="${change}"${change === 'scan' ? ' class="main"' : ''}>${LABELS[change]}</button>`).join('')}</form></li>`;
}

/** `{service, session, change, number?, name?}` as JSON or from the page's own form. */
async function act(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const fields = exchange.fields();
  const change = CHANGES.find((one) => one === fields.change);
  const session = allSessions(world).find(
    (one) =>
      one.service === fields.service &&
      (fields.session === undefined || one.name === fields.session),
  );
  if (change === undefined || session === undefined) {
    return void exchange.sendJson(404, { error: 'There is no such session, or no such change.' });
  }
  const number = String(fields.number ?? PHONES[0]?.number);
  const known = PHONES.find((phone) => phone.number === number);
  const phone = { number, name: String(fields.name ?? known?.name ?? 'Somebody') };
  if (change === 'scan' && phaseOf(world, session) !== 'showing') {
    return void exchange.sendJson(409, { error: 'No code is being shown.' });
  }
  const apply = session.service === 'waha' ? changeWahaSession : changeEvolutionInstance;
  await apply(world, session, change, phone);
  if (exchange.header('content-type').startsWith('application/json')) {
    return void exchange.sendJson(200, { phase: phaseOf(world, session) });
  }
  exchange.redirect('/__services/phone');
}
