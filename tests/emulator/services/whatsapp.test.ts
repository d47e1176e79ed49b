import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { EVOLUTION_API_KEY } from '../../../src/emulator/services/evolution.ts';
import { WAHA_API_KEY } from '../../../src/emulator/services/waha/state.ts';

describe('the doubles of unofficial WhatsApp servers', () => {
  let emulator: Emulator;
  let now = 1_800_000_000_000;

  beforeEach(async () => {
    emulator = await createEmulator({ now: () => now });
  });
  afterEach(() => emulator.close());

  async function waha(method: string, path: string, body?: object, key = WAHA_API_KEY) {
    const answer = await fetch(`${emulator.url}/__services/waha${path}`, {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function evolution(method: string, path: string, body?: object, key = EVOLUTION_API_KEY) {
    const answer = await fetch(`${emulator.url}/__services/evolution${path}`, {
      method,
      headers: { apikey: key, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }

  async function phone(change: object): Promise<number> {
    const answer = await fetch(`${emulator.url}/__services/phone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    return answer.status;
  }

  it('refuse a wrong key', async () => {
    expect((await waha('POST', '/api/sessions', { name: 'a' }, 'wrong')).status).toBe(401);
    const instance = { instanceName: 'a', integration: 'WHATSAPP-BAILEYS' };
    expect((await evolution('POST', '/instance/create', instance, 'wrong')).status).toBe(401);
    await evolution('POST', '/instance/create', instance);
    expect((await evolution('GET', '/instance/connect/a', undefined, 'wrong')).status).toBe(401);
  });

  it('WAHA starts, shows seven codes and then fails', async () => {
    expect((await waha('POST', '/api/sessions', { name: 'a', start: true })).body.status).toBe(
      'STARTING',
    );
    expect((await waha('GET', '/api/a/auth/qr?format=raw')).status).toBe(422);
    now += 200;
    const codes = new Set<string>();
    for (const wait of [60_000, 20_000, 20_000, 20_000, 20_000, 20_000, 20_000]) {
      codes.add((await waha('GET', '/api/a/auth/qr?format=raw')).body.value);
      now += wait;
    }
    expect(codes.size).toBe(7);
    expect((await waha('GET', '/api/sessions/a')).body.status).toBe('FAILED');
  });

  it('WAHA links the phone that scanned and tells the webhook with a proof', async () => {
    const events: { raw: string; hmac: unknown }[] = [];
    const server: Server = createServer((request, response) => {
      let raw = '';
      request.on('data', (chunk) => {
        raw += chunk;
      });
      request.on('end', () => {
        events.push({ raw, hmac: request.headers['x-webhook-hmac'] });
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    await waha('POST', '/api/sessions', {
      name: 'a',
      config: { webhooks: [{ url, events: ['session.status'], hmac: { key: 'k' } }] },
    });
    now += 200;
    expect(await phone({ service: 'waha', change: 'scan', number: '5511912345678' })).toBe(200);
    expect((await waha('GET', '/api/sessions/a')).body.status).toBe('STARTING');
    now += 1_000;
    expect((await waha('GET', '/api/sessions/a')).body).toMatchObject({
      status: 'WORKING',
      me: { id: '5511912345678@c.us', pushName: 'Sales desk' },
    });
    server.close();
    const [first] = events;
    expect(JSON.parse(first?.raw ?? '')).toMatchObject({
      event: 'session.status',
      session: 'a',
      payload: { status: 'STARTING' },
    });
    expect(first?.hmac).toBe(
      createHmac('sha512', 'k')
        .update(first?.raw ?? '')
        .digest('hex'),
    );
  });

  it('WAHA forgets a session, and does not mind being asked twice', async () => {
    await waha('POST', '/api/sessions', { name: 'a' });
    expect((await waha('DELETE', '/api/sessions/a')).status).toBe(200);
    expect((await waha('DELETE', '/api/sessions/a')).status).toBe(200);
    expect((await waha('GET', '/api/sessions/a')).status).toBe(404);
  });

  it('Evolution hands out a code late, links, and refuses to log out twice', async () => {
    const made = await evolution('POST', '/instance/create', {
      instanceName: 'b',
      integration: 'WHATSAPP-BAILEYS',
      qrcode: true,
    });
    expect(made.status).toBe(201);
    expect((await evolution('GET', '/instance/connect/b')).body).toEqual({ count: 0 });
    now += 200;
    expect((await evolution('GET', '/instance/connect/b')).body).toMatchObject({ count: 1 });
    await phone({ service: 'evolution', change: 'scan' });
    now += 1_000;
    expect((await evolution('GET', '/instance/connectionState/b')).body.instance.state).toBe(
      'open',
    );
    expect(
      (await evolution('GET', '/instance/fetchInstances?instanceName=b')).body[0],
    ).toMatchObject({
      ownerJid: '5511987654321@s.whatsapp.net',
      connectionStatus: 'open',
    });
    expect((await evolution('DELETE', '/instance/logout/b')).status).toBe(200);
    expect((await evolution('DELETE', '/instance/logout/b')).status).toBe(400);
    expect((await evolution('DELETE', '/instance/delete/b')).status).toBe(200);
  });

  it('show a page on which a person scans, and cannot scan what is not shown', async () => {
    await waha('POST', '/api/sessions', { name: '<b>bold</b>'.replace(/\W/g, '_') });
    expect(await phone({ service: 'waha', change: 'scan' })).toBe(409);
    now += 200;
    const page = await (await fetch(`${emulator.url}/__services/phone`)).text();
    expect(page).toContain('Scan the code');
    expect(await phone({ service: 'waha', change: 'fly' })).toBe(404);
  });
});
