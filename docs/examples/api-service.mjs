// A chat service that answers every message with its echo: WEBHOOK_URL=… SECRET=… PORT=3000 node api-service.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

const { WEBHOOK_URL, SECRET, PORT = '3000' } = process.env;
const sign = (timestamp, body) =>
  `v1=${createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')}`;

function isProven({ 'x-timestamp': timestamp = '', 'x-signature': signature = '' }, body) {
  const [given, expected] = [Buffer.from(signature), Buffer.from(sign(timestamp, body))];
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}

async function post(event) {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = { 'x-timestamp': timestamp, 'x-signature': sign(timestamp, body) };
  const answer = await fetch(WEBHOOK_URL, { method: 'POST', headers, body });
  if (answer.status !== 204) console.error(answer.status, await answer.text());
}

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  if (!isProven(request.headers, body)) return response.writeHead(401).end();
  const { type, id, conversation, person, message } = JSON.parse(body);
  // A chat that begins in Kommo has no id yet. The same answer for a repeat: ids are made from ids.
  const chat = conversation?.id ?? `chat-${person?.phone}`;
  const answer = type === 'message' ? { id: `sent-${id}`, conversation_id: chat } : {};
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  if (type !== 'message') return;
  await post({
    type: 'message',
    id: `echo-${id}`,
    conversation: { id: chat },
    person: { id: `person-of-${chat}`, name: 'Echo' },
    timestamp_ms: Date.now(),
    message: { kind: 'text', text: `You wrote: ${message.text ?? message.kind}` },
    reply_to: `sent-${id}`,
  });
});
server.listen(Number(PORT), () => console.log(`listening on port ${server.address().port}`));
