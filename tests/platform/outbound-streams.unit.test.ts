import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGuardedOutbound } from '../../src/server/platform/address-guard.ts';
import { createOutbound, NotReached } from '../../src/server/platform/outbound.ts';
import { waitFor } from '../support/wait-for.ts';

const MIB = 1024 * 1024;

describe('streams from and to the outside world', () => {
  const servers: Server[] = [];
  const { stream, close } = createOutbound();

  async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
  }

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  afterAll(close);

  /** Pours bytes into a response as fast as it takes them, for ever or up to a size. */
  const pour =
    (bytes = Number.POSITIVE_INFINITY): RequestListener =>
    (_request, response) => {
      void pipeline(Readable.from(zeros(bytes)), response).catch(() => undefined);
    };

  async function sizeOf(body: Readable): Promise<number> {
    let size = 0;
    for await (const piece of body as AsyncIterable<Buffer>) size += piece.length;
    return size;
  }

  const connectionsOf = async (server: Server) =>
    await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));

  it('begin with status and headers, whatever the status, and bring the body as it comes', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(418, { 'X-Kind': 'teapot' }).end('short and stout');
    });
    const { status, headers, body } = await stream({ url });
    expect([status, headers['x-kind']]).toEqual([418, 'teapot']);
    expect(Buffer.concat(await body.toArray()).toString()).toBe('short and stout');
  });

  it('never follow a redirect', async () => {
    const asked: string[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const { status, body } = await stream({ url });
    await body.resume().toArray();
    expect([status, asked]).toEqual([302, ['/']]);
  });

  it('carry a file through without holding it', async () => {
    const size = 50 * MIB;
    let poured = 0;
    let received = 0;
    let mostHeld = 0;
    const source = await serve((_request, response) => {
      async function* counted() {
        for await (const piece of zeros(size)) {
          poured += piece.length;
          mostHeld = Math.max(mostHeld, poured - received);
          yield piece;
        }
      }
      void pipeline(Readable.from(counted()), response).catch(() => undefined);
    });
    const target = await serve((request, response) => {
      request.on('data', (piece: Buffer) => {
        received += piece.length;
      });
      request.on('end', () => response.end(request.headers['content-length']));
    });
    async function carry(): Promise<string> {
      const { body } = await stream({ url: source.url, maxBytes: size });
      const sent = await stream({ url: target.url, method: 'POST', body, contentLength: size });
      return Buffer.concat(await sent.body.toArray()).toString();
    }
    expect(await carry()).toBe(String(size));
    expect([poured, received]).toEqual([size, size]);
    // All four sockets of the way are in this process, with the system's buffers between them.
    expect(mostHeld).toBeLessThan(size / 2);
  });

  it('wait with the sender while nobody reads, however long', async () => {
    let poured = 0;
    const { url } = await serve((_request, response) => {
      const count = async function* () {
        for await (const piece of zeros(20 * MIB)) {
          poured += piece.length;
          yield piece;
        }
      };
      void pipeline(Readable.from(count()), response).catch(() => undefined);
    });
    const { body } = await stream({ url, idleMs: 300 });
    let last = -1;
    await waitFor(() => {
      const isStill = poured === last;
      last = poured;
      return isStill;
    });
    const waitedFrom = performance.now();
    await waitFor(() => performance.now() - waitedFrom > 600);
    expect(poured).toBeLessThan(20 * MIB);
    expect(await sizeOf(body)).toBe(20 * MIB);
  });

  it('end with an error at the size limit', async () => {
    const { url, server } = await serve(pour());
    const { body } = await stream({ url, maxBytes: MIB });
    await expect(sizeOf(body)).rejects.toMatchObject({ reason: 'too_large' });
    await waitFor(async () => (await connectionsOf(server)) === 0);
  });

  it('do not begin when the answer itself says that it is beyond the limit', async () => {
    const { url, server } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(2 * MIB) });
      response.write('x');
    });
    await expect(stream({ url, maxBytes: MIB })).rejects.toMatchObject({ reason: 'too_large' });
    await waitFor(async () => (await connectionsOf(server)) === 0);
  });

  it('end at the deadline even while bytes keep dripping', async () => {
    const { url, server } = await serve((_request, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const { body } = await stream({ url, deadlineMs: 300 });
    await expect(sizeOf(body)).rejects.toMatchObject({ reason: 'timeout' });
    await waitFor(async () => (await connectionsOf(server)) === 0);
  });

  it('end when the sender falls silent', async () => {
    const { url } = await serve((_request, response) => {
      response.write('half');
    });
    const { body } = await stream({ url, idleMs: 200 });
    await expect(sizeOf(body)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('tell also a late reader how they ended', async () => {
    const { url } = await serve((_request, response) => {
      response.write('half');
    });
    const { body } = await stream({ url, deadlineMs: 200 });
    await waitFor(() => body.destroyed);
    await expect(sizeOf(body)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('do not wait for ever for an answer to begin', async () => {
    const { url } = await serve(() => undefined);
    await expect(stream({ url, headersMs: 200 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('report a connection cut in the middle', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    });
    const { body } = await stream({ url });
    await expect(sizeOf(body)).rejects.toMatchObject({ reason: 'connection' });
  });

  it('free the connection when they are destroyed, read or not', async () => {
    const { url, server } = await serve(pour());
    const [unread, begun] = [await stream({ url }), await stream({ url })];
    await once(begun.body, 'readable');
    expect(await connectionsOf(server)).toBe(2);
    unread.body.destroy();
    begun.body.destroy();
    await waitFor(async () => (await connectionsOf(server)) === 0);
  });

  it('say nothing about the address when nobody answers', async () => {
    const { url } = await serve(() => undefined);
    servers.pop()?.close();
    const failure = await stream({ url: `${url}bot123:SECRET/file` }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(NotReached);
    expect(`${failure} ${JSON.stringify(failure)} ${(failure as Error).stack}`).not.toContain(
      'SECRET',
    );
  });

  describe('with a body to send', () => {
    /** Answers with what it was sent, and how. */
    const echo: RequestListener = (request, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
      response.writeHead(200, { 'x-length': length ?? '', 'x-encoding': encoding ?? '' });
      request.pipe(response);
    };

    async function* pieces() {
      yield Buffer.from('one, ');
      yield Buffer.from('two');
    }

    it.each([
      ['a text', () => 'one, two'],
      ['a stream', () => Readable.from(pieces())],
      ['pieces', pieces],
    ])('take %s', async (_name, body) => {
      const { url } = await serve(echo);
      const answer = await stream({ url, method: 'POST', body: body() });
      expect(Buffer.concat(await answer.body.toArray()).toString()).toBe('one, two');
    });

    it('name its length when it is known, and send it in chunks when it is not', async () => {
      const { url } = await serve(echo);
      const known = await stream({ url, method: 'POST', body: pieces(), contentLength: 8 });
      expect(known.headers).toMatchObject({ 'x-length': '8', 'x-encoding': '' });
      known.body.destroy();
      const unknown = await stream({ url, method: 'POST', body: pieces() });
      expect(unknown.headers).toMatchObject({ 'x-length': '', 'x-encoding': 'chunked' });
      unknown.body.destroy();
    });

    it.each([7, 9])('fail when it has another length than was said: %i', async (contentLength) => {
      const { url } = await serve(echo);
      const answer = stream({ url, method: 'POST', body: pieces(), contentLength });
      await expect(answer.then(({ body }) => sizeOf(body))).rejects.toBeInstanceOf(NotReached);
    });

    it('fail with what its source throws', async () => {
      const { url } = await serve((request) => request.resume());
      const fault = new NotReached('too_large');
      async function* broken() {
        yield Buffer.alloc(10);
        throw fault;
      }
      await expect(stream({ url, method: 'POST', body: broken() })).rejects.toBe(fault);
    });

    it('end its source when nobody takes it', async () => {
      const { url } = await serve(() => undefined);
      servers.pop()?.close();
      const source = Readable.from(pieces());
      await expect(stream({ url, method: 'POST', body: source })).rejects.toBeInstanceOf(
        NotReached,
      );
      expect(source.destroyed).toBe(true);
    });

    it('end its source when the other side stops taking it', async () => {
      const { url } = await serve((request) => request.pause());
      const source = Readable.from(zeros(Number.POSITIVE_INFINITY));
      const call = stream({ url, method: 'POST', body: source, headersMs: 300 });
      await expect(call).rejects.toMatchObject({ reason: 'timeout' });
      await waitFor(() => source.destroyed);
    });

    it('may send for longer than an answer may take to begin', async () => {
      const { url } = await serve(echo);
      async function* slow() {
        for (let index = 0; index < 10; index += 1) {
          const next = performance.now() + 60;
          await waitFor(() => performance.now() > next);
          yield Buffer.from('.');
        }
      }
      const { body } = await stream({ url, method: 'POST', body: slow(), headersMs: 400 });
      expect(await sizeOf(body)).toBe(10);
    });
  });

  it('are guarded as other calls are', async () => {
    const { url } = await serve((_request, response) => response.end('inside'));
    const outside = createGuardedOutbound();
    await expect(outside.stream({ url })).rejects.toMatchObject({ reason: 'refused_address' });
    const named = createGuardedOutbound({
      lookup: (_hostname, _options, callback) =>
        callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await expect(named.stream({ url: 'https://inside.example/' })).rejects.toMatchObject({
      reason: 'refused_address',
    });
    await Promise.all([outside.close(), named.close()]);
  });
});

async function* zeros(bytes: number) {
  const piece = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= piece.length) {
    yield left < piece.length ? piece.subarray(0, left) : piece;
  }
}
