import { createWaha } from '../../src/server/connectors/waha.ts';
import { type SmallAnswer, startSmallDouble } from './support/small-double.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';
import { API_KEY, refusal, SESSION } from './support/waha-server.ts';

const CREDENTIALS = { session: SESSION };
const EVENTS = [
  ...['message.any', 'message.ack', 'message.reaction', 'message.edited', 'message.revoked'],
  ...['presence.update', 'session.status', 'state.change'],
];

describe('the webhook of a session', () => {
  let tools: TestTools;
  let config: Record<string, unknown>;
  let status: string;
  let put: unknown[];
  let answer: SmallAnswer;
  let double: Awaited<ReturnType<typeof startSmallDouble>>;
  let connector: ReturnType<typeof createWaha>;

  beforeEach(async () => {
    tools = createTools('waha');
    put = [];
    status = 'WORKING';
    answer = { status: 200, json: {} };
    double = await startSmallDouble({
      'POST /api/sessions': ({ json }) => {
        config = json.config as typeof config;
        return { status: 201, json: {} };
      },
      'GET /api/sessions/:name': ({ params }) => ({
        status: 200,
        json: { name: params.name, status, config },
      }),
      'PUT /api/sessions/:name': ({ json }) => {
        put.push(json);
        if (answer.status < 400) config = json.config as typeof config;
        return answer;
      },
    });
    connector = createWaha({ url: `http://127.0.0.1:${double.port}`, apiKey: API_KEY });
  });
  afterEach(async () => {
    await tools.close();
    await double.close();
  });

  const url = () => tools.webhook?.url ?? '';

  test('is told of everything we read, signed, and for a long time', async () => {
    await connector.begin(tools, '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee');
    expect(config).toEqual({
      ignore: { status: true, channels: true, broadcast: true },
      webhooks: [
        {
          url: url(),
          events: EVENTS,
          hmac: { key: WEBHOOK_SECRET },
          retries: { policy: 'exponential', delaySeconds: 2, attempts: 10 },
        },
      ],
    });
    await expect(connector.health(tools, CREDENTIALS)).resolves.toMatchObject({
      status: 'connected',
    });
    expect(put).toEqual([]);
  });

  test('of an older version is renewed once, and what the operator set stays', async () => {
    const operators = { url: 'https://operator.example/hook', events: ['message'], x: 1 };
    config = {
      proxy: { server: 'proxy:3128' },
      ignore: { groups: true },
      webhooks: [
        operators,
        { url: url(), events: ['session.status', 'state.change'], hmac: { key: WEBHOOK_SECRET } },
        { url: 'https://former.example/connect/webhooks/waha/channel-0', events: ['message'] },
      ],
    };
    for (const expected of ['connecting', 'connected']) {
      const health = connector.health(tools, CREDENTIALS);
      await expect(health).resolves.toEqual({ status: expected, reason: null });
    }
    expect(put).toEqual([
      {
        config: {
          proxy: { server: 'proxy:3128' },
          ignore: { groups: true },
          webhooks: [operators, expect.objectContaining({ url: url(), events: EVENTS })],
        },
      },
    ]);
  });

  test('is left alone while a session is not working', async () => {
    config = { webhooks: [] };
    for (status of ['SCAN_QR_CODE', 'STARTING', 'STOPPED', 'FAILED']) {
      await connector.health(tools, CREDENTIALS);
    }
    expect(put).toEqual([]);
  });

  test('that a server does not take leaves the channel as it was', async () => {
    config = { webhooks: [{ url: url(), events: ['session.status', 'state.change'] }] };
    answer = refusal(400, 'each value in events must be one of the following values: message');
    await expect(connector.health(tools, CREDENTIALS)).resolves.toMatchObject({
      status: 'connected',
    });
    expect(put).toHaveLength(1);
    expect(tools.logged()).not.toContain(WEBHOOK_SECRET);
    answer = refusal(500, 'x');
    await expect(connector.health(tools, CREDENTIALS)).resolves.toMatchObject({
      reason: 'service_unreachable',
    });
  });
});

describe('the proof of an event', () => {
  /** https://waha.devlike.pro/docs/how-to/events/#hmac-authentication */
  const BODY = '{"event":"message","session":"default","engine":"WEBJS"}';
  const PROOF =
    '208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8' +
    '097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89';

  test('is the one that the documentation shows', async () => {
    const tools = createTools('waha');
    const ours = { ...tools, webhook: { url: 'https://a.example/', secret: 'my-secret-key' } };
    const connector = createWaha({ url: 'http://127.0.0.1:9', apiKey: API_KEY });
    const receive = (body: string, proof: string) =>
      connector.receive?.(ours, undefined, {
        headers: { 'x-webhook-hmac': proof },
        body: Buffer.from(body),
      });
    await expect(receive(BODY, PROOF)).resolves.toBeUndefined();
    await expect(receive(BODY, PROOF.toUpperCase())).resolves.toBeUndefined();
    for (const [body, proof] of [
      [`${BODY}\n`, PROOF],
      [BODY, PROOF.replace('2', '3')],
      [BODY, ''],
      [BODY, 'no hex at all'],
    ] as const) {
      await expect(receive(body, proof)).rejects.toMatchObject({ failure: 'signature' });
    }
    await tools.close();
  });
});
