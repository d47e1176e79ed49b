import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createApi } from '../../src/server/connectors/api/api.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { startApiService } from './support/api-service.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/api-service.mjs', import.meta.url));

const connector = createApi();
const { messages } = connector;
if (messages === undefined) throw new Error('carries no messages');

/** The example as a developer starts it. */
async function startExample(webhookUrl: string, secret: string) {
  const child = spawn(process.execPath, [EXAMPLE], {
    env: { WEBHOOK_URL: webhookUrl, SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const [, port] = /port (\d+)/.exec(String(line)) ?? [];
  return {
    callbackUrl: `http://127.0.0.1:${port}/`,
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

describe('the example of a chat service', () => {
  let tools: TestTools;
  let webhook: Awaited<ReturnType<typeof startApiService>>;
  let example: Awaited<ReturnType<typeof startExample>>;
  let received: ReceivedItem[];

  beforeAll(async () => {
    tools = createTools('api');
    webhook = await startApiService();
    // Plays the route of the webhook.
    webhook.answer(async ({ headers, body }) => {
      const request = { headers: headers as Record<string, string>, body: Buffer.from(body) };
      await connector.receive?.(tools, undefined, request);
      received.push(...messages.parse(request, { externalId: 'a' }));
      return { status: 204 };
    });
    example = await startExample(webhook.url, WEBHOOK_SECRET);
  });
  beforeEach(() => {
    received = [];
  });
  afterAll(async () => {
    await example.close();
    await webhook.close();
    await tools.close();
  });

  async function send(chat: { chatId: string; personId: string; phone?: string }) {
    const [part] = messages?.compose({ id: 'ours-1', atMs: Date.now(), text: 'Olá' }) ?? [];
    return await messages?.send(tools, example, { ...chat, isNew: chat.chatId === '' }, part);
  }

  async function untilReceived(count: number): Promise<void> {
    while (received.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  test('takes a message, and what it writes back is a message of the same chat', async () => {
    const outcome = await send({ chatId: 'c-1', personId: 'p-1' });
    expect(outcome).toEqual({
      state: 'sent',
      messageId: 'sent-ours-1',
      chatId: 'c-1',
      isDelivered: false,
    });
    await untilReceived(1);
    expect(received).toEqual([
      {
        event: 'message',
        messageId: 'echo-ours-1',
        chat: { id: 'c-1' },
        person: { id: 'person-of-c-1', name: 'Echo' },
        atMs: expect.any(Number),
        content: { kind: 'text', text: 'You wrote: Olá' },
        replyTo: 'sent-ours-1',
      },
    ]);
  });

  test('has the same answers for a repeat', async () => {
    const first = await send({ chatId: 'c-1', personId: 'p-1' });
    expect(await send({ chatId: 'c-1', personId: 'p-1' })).toEqual(first);
    await untilReceived(2);
    const ids = received.map((item) => 'messageId' in item && item.messageId);
    expect(ids).toEqual(['echo-ours-1', 'echo-ours-1']);
  });

  test('gives a chat that begins in Kommo an id', async () => {
    const outcome = await send({ chatId: '', personId: '', phone: '+5511912345678' });
    expect(outcome).toMatchObject({ state: 'sent', chatId: 'chat-+5511912345678' });
    await untilReceived(1);
    expect(received).toMatchObject([{ chat: { id: 'chat-+5511912345678' } }]);
  });

  test('is healthy with the channel’s secret, and asks for the right one otherwise', async () => {
    expect(await connector.health(tools, example)).toMatchObject({ status: 'connected' });
    const other = { ...tools, webhook: { url: webhook.url, secret: 'x'.repeat(43) } };
    expect(await connector.health(other, example)).toEqual({
      status: 'action_needed',
      reason: 'key_rejected',
    });
  });
});
