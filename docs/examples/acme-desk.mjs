// A chat service in small, as a connector made with `npm run new:connector -- … --auth api-key` expects it:
// PORT=7000 KEY=acme-key-1 node acme-desk.mjs. A line typed here is what a client writes; what managers answer is printed.
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';

const { PORT = '7000', KEY = 'acme-key-1' } = process.env;

/** Secrets by the address that events go to. */
const webhooks = new Map();

const answers = {
  'GET /me': () => ({ id: 'account-1', name: 'Acme Desk in small' }),
  'PUT /webhooks': ({ url, secret }) => {
    webhooks.set(url, secret);
    return {};
  },
  'DELETE /webhooks': ({ url }) => {
    webhooks.delete(url);
    return {};
  },
  'POST /messages': ({ chat, text, file }) => {
    const id = randomUUID();
    console.log(`${chat} < ${text ?? file.name}`);
    setTimeout(() => void post({ type: 'status', id, state: 'read' }), 1000);
    return { id };
  },
};

async function post(event) {
  const body = JSON.stringify(event);
  for (const [url, secret] of webhooks) {
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = { 'x-signature': signature };
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.status !== 204)
      console.log(`The event was answered ${answer?.status ?? 'not at all'}.`);
  }
}

const server = createServer(async (request, response) => {
  const answer = answers[`${request.method} ${request.url}`];
  const body = request.method === 'GET' ? {} : await json(request);
  const isKnown = request.headers.authorization === `Bearer ${KEY}`;
  const status = isKnown ? (answer ? 200 : 404) : 401;
  const said = status === 200 ? answer(body) : { message: 'Unknown key or address' };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
});
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}`);
});

createInterface({ input: process.stdin }).on('line', (text) => {
  const client = { id: 'client-1', name: 'Ana Souza' };
  const message = { id: randomUUID(), chat: 'chat-1', client, sent_at: Date.now(), text };
  void post({ type: 'message', ...message });
});
