import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openAttachment } from '../../src/server/kommo/attachments.ts';
import { createOpenStream } from '../../src/server/kommo/call-account.ts';
import { createOutbound, type StreamRequest } from '../../src/server/platform/outbound.ts';
import { waitFor } from '../support/wait-for.ts';

const FILE = 'https://amojo.kommo.com/v2/52e591f7/attachments/0371a0ff/a%20b.jpeg?expires=9&s=1';
const now = () => new Date();

describe('an attachment', () => {
  const outbound = createOutbound();
  let server: Server;
  let listener: RequestListener;
  let emulatorUrl: URL;

  beforeAll(async () => {
    server = createServer((request, response) => listener(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    emulatorUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await outbound.close();
    server.closeAllConnections();
    server.close();
  });

  const open = (url = FILE, options?: { maxBytes?: number }) =>
    openAttachment(
      { openStream: createOpenStream(outbound.stream, emulatorUrl), now },
      url,
      options,
    );

  test('is asked for at Kommo by its whole address, and told of by size and type', async () => {
    const asked: unknown[] = [];
    listener = ({ url, headers }, response) => {
      asked.push(url, headers.host);
      response.writeHead(200, { 'content-type': 'Image/JPEG; x=y', 'content-length': '4' });
      response.end('jpeg');
    };
    const { status, bytes, type, body } = await open();
    expect({ status, bytes, type }).toEqual({ status: 200, bytes: 4, type: 'image/jpeg' });
    expect(Buffer.concat(await body.toArray()).toString()).toBe('jpeg');
    expect(asked).toEqual([
      '/v2/52e591f7/attachments/0371a0ff/a%20b.jpeg?expires=9&s=1',
      'amojo.kommo.com',
    ]);
  });

  test('may come without a size, and with a type nobody can use', async () => {
    listener = (_request, response) => {
      response.writeHead(200, { 'content-type': '<script>' });
      response.end('?');
    };
    const { bytes, type, body } = await open();
    body.destroy();
    expect({ bytes, type }).toEqual({ bytes: undefined, type: 'application/octet-stream' });
  });

  test.each([
    [302, 'unavailable'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [410, 'rejected'],
    [500, 'unavailable'],
  ])(
    'that is answered with %i is refused as %s, and the connection freed',
    async (status, kind) => {
      let asked = 0;
      listener = (_request, response) => {
        asked += 1;
        response.writeHead(status, { location: 'https://amojo.kommo.com/elsewhere' });
        response.write('page');
      };
      await expect(open()).rejects.toMatchObject({ kind, status, api: 'files' });
      expect(asked).toBe(1);
      await waitFor(
        () =>
          new Promise<boolean>((resolve) =>
            server.getConnections((_, count) => resolve(count === 0)),
          ),
      );
    },
  );

  test('that is too large is told by its cause, or ends its stream', async () => {
    listener = (_request, response) => response.end('x'.repeat(100));
    await expect(open(FILE, { maxBytes: 10 })).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { reason: 'too_large' },
    });
    listener = (_request, response) => {
      response.write('x'.repeat(50));
      response.end('x'.repeat(50));
    };
    const { body } = await open(FILE, { maxBytes: 10 });
    await expect(body.toArray()).rejects.toMatchObject({ reason: 'too_large' });
  });

  test('that cannot be reached is unavailable', async () => {
    listener = (request) => request.socket.destroy();
    await expect(open()).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { reason: 'connection' },
    });
  });

  const REFUSED = [
    'http://amojo.kommo.com/a',
    'https://amojo.kommo.com:8443/a',
    'https://user@amojo.kommo.com/a',
    'https://user:pw@amojo.kommo.com/a',
    'https://amojo.kommo.com.evil.example/a',
    'https://evilkommo.com/a',
    'https://kommo.com.evil/a',
    'https://evil.example/amojo.kommo.com',
    'https://evil.example#.kommo.com/',
    'https://evil.example\\.kommo.com/',
    'https://amojo.kommo.com//evil.example/a',
    'https://127.0.0.1/a',
    'https://[::1]/a',
    'https://amojo.kommo.com./a',
    'https://_x.kommo.com/a',
    'ftp://amojo.kommo.com/a',
    'file:///etc/passwd',
    '/a',
    '',
  ];

  test.each(REFUSED)('elsewhere is not asked for: %s', async (url) => {
    const requests: StreamRequest[] = [];
    const stream = (request: StreamRequest) => {
      requests.push(request);
      return Promise.reject(new Error('asked'));
    };
    for (const emulator of [undefined, emulatorUrl]) {
      const openStream = createOpenStream(stream, emulator);
      await expect(openAttachment({ openStream, now }, url)).rejects.toMatchObject({
        kind: 'rejected',
        api: 'files',
      });
      const address = URL.parse(url);
      if (address !== null) await expect(openStream(address)).rejects.toThrow('Refused');
    }
    expect(requests).toEqual([]);
  });

  test.each([
    'https://amojo.kommo.com/attachments/1?x=%2F',
    'https://drive-a.kommo.com/1',
    'https://a.b.c.amocrm.ru/1',
    'https://files.amocrm.com/1',
  ])('is fetched from Kommo itself without an emulator: %s', async (url) => {
    const requests: StreamRequest[] = [];
    const openStream = createOpenStream((request) => {
      requests.push(request);
      return Promise.reject(new Error('asked'));
    }, undefined);
    await expect(openAttachment({ openStream, now }, url)).rejects.toThrow('asked');
    expect(String(requests[0]?.url)).toBe(url);
    expect(requests[0]).not.toHaveProperty('headers');
  });
});
