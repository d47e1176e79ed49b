/**
 * Kommo's token endpoint and its list of pipelines, cheap enough that who asks is what is measured. A refresh token works
 * once, as Kommo's do. Started as a process of its own; prints its port, and tells its parent what came when it is asked.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came since the sink was asked last. */
export interface TokenCalls {
  /** When each call came, by the clock of this machine. */
  at: number[];
  tokenCalls: number;
  /** Refresh tokens that came another time. */
  spentTwice: number;
}

const PIPELINES = JSON.stringify({
  _embedded: {
    pipelines: [{ id: 1, name: 'Sales', sort: 1, is_main: true, is_archive: false }],
  },
});

const spent = new Set<string>();
let pairs = 0;
let told: TokenCalls = { at: [], tokenCalls: 0, spentTwice: 0 };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    told.at.push(Date.now());
    if (request.url === '/oauth2/access_token') exchange(response, String(Buffer.concat(chunks)));
    else answer(response, 200, PIPELINES);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('message', () => {
  process.send?.(told);
  told = { at: [], tokenCalls: 0, spentTwice: 0 };
});
process.on('disconnect', () => process.exit(0));

function exchange(response: ServerResponse, body: string): void {
  const { refresh_token: token } = JSON.parse(body);
  told.tokenCalls += 1;
  if (spent.has(token)) {
    told.spentTwice += 1;
    answer(response, 400, JSON.stringify({ hint: 'Token has been revoked' }));
    return;
  }
  spent.add(token);
  pairs += 1;
  const claims = { scopes: ['crm'], api_domain: 'api-c.kommo.com', jti: `${pairs}` };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const pair = {
    token_type: 'Bearer',
    expires_in: 86_400,
    access_token: `e30.${payload}.${'s'.repeat(342)}`,
    refresh_token: `def50200${pairs}${'f'.repeat(690)}`,
  };
  answer(response, 200, JSON.stringify(pair));
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
