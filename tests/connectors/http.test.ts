import { ConnectorError } from '../../src/server/connectors/connector.ts';
import { rateLimited, refused, safeReason, sendJson } from '../../src/server/connectors/http.ts';
import type { OutboundAnswer, OutboundRequest } from '../../src/server/platform/outbound.ts';

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const seen: OutboundRequest[] = [];
  const send = async (request: OutboundRequest): Promise<OutboundAnswer> => {
    seen.push(request);
    return { status, headers, body: Buffer.from(body) };
  };
  return { send, seen };
}

describe('a request', () => {
  test('carries JSON or a form with the right type', async () => {
    const { send, seen } = answering(200, '{}');
    await sendJson(send, { method: 'POST', url: 'https://a.example/', json: { b: 1 } });
    await sendJson(send, { method: 'POST', url: 'https://a.example/', form: { c: 'd e' } });
    expect(seen[0]).toMatchObject({
      body: '{"b":1}',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(seen[1]).toMatchObject({
      body: 'c=d+e',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  test('hands refusals to the connector, readable or not', async () => {
    const refusal = await sendJson(answering(404, '{"a":1}').send, { url: 'https://a.example/' });
    expect(refusal).toEqual({ status: 404, json: { a: 1 }, headers: {} });
    const page = await sendJson(answering(403, '<p>No</p>').send, { url: 'https://a.example/' });
    expect(page).toEqual({ status: 403, json: undefined, headers: {} });
  });

  test('takes an empty success', async () => {
    const answer = await sendJson(answering(204, '').send, { url: 'https://a.example/' });
    expect(answer).toEqual({ status: 204, json: undefined, headers: {} });
  });
});

describe('a pause the service asks for', () => {
  test.each([
    ['in the header', '12', {}, 12],
    ["in Telegram's parameters", undefined, { parameters: { retry_after: 5 } }, 5],
    ['in the body', undefined, { retry_after: 300 }, 300],
    ['as a fraction', '1.2', {}, 2],
    ['as a date', 'Wed, 21 Oct 2026 07:28:00 GMT', {}, undefined],
    ['as nonsense', '-3', { retry_after: 'soon' }, undefined],
    ['for ever', '999999999', {}, 3600],
    ['not at all', undefined, undefined, undefined],
  ])('%s', (_where, header, json, expected) => {
    expect(rateLimited(header, json).retryAfterSeconds).toBe(expected);
  });
});

describe("the service's own words", () => {
  test('become one line of plain text', () => {
    expect(safeReason('  Wrong\r\n\tkey\u0000 \u202egnp.exe\u2066 ', [])).toBe('Wrong key gnp.exe');
    expect(safeReason(['first', 'second'], [])).toBe('first');
    expect(safeReason('\u200b \n', [])).toBeUndefined();
    expect(safeReason({ text: 'no' }, [])).toBeUndefined();
    expect(safeReason('x'.repeat(500), [])).toHaveLength(200);
  });

  test('lose every secret, plain or encoded', () => {
    const secret = 'a b/c+d';
    expect(safeReason(`${secret} and ${encodeURIComponent(secret)}`, [secret])).toBe('… and …');
    const error = refused('rejected', { field: 'key', text: `no ${secret}`, secrets: [secret] });
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ failure: 'rejected', field: 'key', reason: 'no …' });
  });

  test('lose a repeated Authorization header', () => {
    expect(safeReason('Bad header: Basic YTpi+/= and bearer ab.c-d_e~f', [])).toBe(
      'Bad header: Basic … and bearer …',
    );
  });

  test('lose a secret that crosses the length limit', () => {
    const secret = 'canary-0123456789';
    expect(safeReason(`${'x'.repeat(195)}${secret}`, [secret])).not.toContain('canary');
  });
});
