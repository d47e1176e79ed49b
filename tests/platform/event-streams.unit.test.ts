import { connect } from 'node:net';
import Fastify from 'fastify';
import { type EventStream, EventStreams } from '../../src/server/platform/http/event-streams.ts';

const KILOBYTE = 1024;

test('a client that reads nothing is cut before what it leaves unread costs much memory', async () => {
  const app = Fastify();
  const streams = new EventStreams(app);
  const opened = Promise.withResolvers<EventStream>();
  app.get('/events', (_request, reply) => {
    const stream = streams.open(reply);
    if (stream) opened.resolve(stream);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const client = connect({ port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  client.pause();
  client.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  const stream = await opened.promise;
  const closed = new Promise<true>((resolve) => stream.onClose(() => resolve(true)));
  // The system takes some of it, of both ends: a few megabytes are more than it ever takes.
  let sent = 0;
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  while (!isClosed && sent < 64 * KILOBYTE) {
    stream.send('x'.repeat(16 * KILOBYTE));
    sent += 16;
    await new Promise(setImmediate);
  }
  expect(await closed).toBe(true);
  client.destroy();
  await app.close();
});
