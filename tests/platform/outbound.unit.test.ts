import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutbound, NotReached } from '../../src/server/platform/outbound.ts';

describe('calls to the outside world', () => {
  const servers: Server[] = [];
  const { send, close } = createOutbound();

  async function serve(listener: RequestListener): Promise<number> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  afterAll(close);

  it('bring back status, headers and body, whatever the status', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(418, { 'X-Kind': 'teapot' }).end('short and stout');
    });
    const answer = await send({ url: `http://127.0.0.1:${port}/` });
    expect([answer.status, answer.headers['x-kind'], answer.body.toString()]).toEqual([
      418,
      'teapot',
      'short and stout',
    ]);
  });

  it('never follow a redirect', async () => {
    const asked: string[] = [];
    const port = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await send({ url: `http://127.0.0.1:${port}/`, method: 'POST', body: 'secret' });
    expect(answer.status).toBe(307);
    expect(asked).toEqual(['/']);
  });

  it('reach names below localhost on loopback without a resolver', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const answer = await send({ url: `http://kommo.localhost:${port}/` });
    expect(answer.body.toString()).toBe(`kommo.localhost:${port}`);
  });

  it('end at the deadline even while bytes keep dripping', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    await expect(send({ url: `http://127.0.0.1:${port}/`, deadlineMs: 300 })).rejects.toMatchObject(
      {
        reason: 'timeout',
      },
    );
  });

  it('stop reading an endless answer at the size limit', async () => {
    const port = await serve((_request, response) => {
      const chunk = Buffer.alloc(65_536);
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', pour);
      pour();
    });
    await expect(
      send({ url: `http://127.0.0.1:${port}/`, maxBytes: 1_000_000 }),
    ).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('say nothing about the address or the headers when nobody answers', async () => {
    const port = await serve(() => undefined);
    servers.pop()?.close();
    const failure = await send({
      url: `http://127.0.0.1:${port}/bot123:SECRET/getMe`,
      headers: { authorization: 'Bearer SECRET' },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotReached);
    expect(`${failure} ${JSON.stringify(failure)} ${(failure as Error).stack}`).not.toContain(
      'SECRET',
    );
  });

  it('report a connection cut in the middle as not reached', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    });
    await expect(send({ url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({
      reason: 'connection',
    });
  });
});
