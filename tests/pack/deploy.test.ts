import { readdirSync, readFileSync } from 'node:fs';
import { LIMITS } from '../../src/contract/api.ts';

const FOLDER = new URL('../../docs/operations/', import.meta.url);

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

test('the pages lead to every configuration and script beside them', () => {
  const files = readdirSync(FOLDER).filter((name) => !name.endsWith('.md'));
  expect(files).toContain('nginx.conf');
  const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
  const linked = new Set(
    pages.flatMap((page) => [...read(page).matchAll(/\]\(([^)#]+)\)/g)].map(([, to]) => to)),
  );
  expect(files.filter((name) => !linked.has(name))).toEqual([]);
});

test('both proxies take bodies as large as the backend does, webhooks included', () => {
  const routes = read('../../src/server/messages/receive/routes.ts');
  expect(routes).toContain('WEBHOOK_BODY_BYTES = 4 * 1024 * 1024;');
  const kilobytes = LIMITS.bodyBytes / 1024;
  const nginx = [...read('nginx.conf').matchAll(/client_max_body_size +(\w+);/g)];
  expect(nginx.map(([, size]) => size)).toEqual([`${kilobytes}k`, '4m', '4m']);
  const caddy = [...read('Caddyfile').matchAll(/max_size (\w+)/g)];
  expect(caddy.map(([, size]) => size)).toEqual(['4MiB', `${kilobytes}KiB`]);
});

test('the proxies send to the ports of compose.yaml', () => {
  const compose = read('../../compose.yaml');
  const ports = [...compose.matchAll(/'(127\.0\.0\.1:\d+):8080'/g)].map(([, port]) => port ?? '');
  expect(ports).toHaveLength(2);
  for (const port of ports) {
    expect(read('nginx.conf')).toContain(`  server ${port} `);
    expect(read('Caddyfile')).toMatch(RegExp(`reverse_proxy .*${port}`));
  }
});

test('supervisors wait longer than a process takes to stop', () => {
  const [, deadline] =
    /STOP_DEADLINE_MS = ([\d_]+);/.exec(read('../../src/server/run-server.ts')) ?? [];
  const seconds = Number(deadline?.replaceAll('_', '')) / 1000;
  const [, unit] = /TimeoutStopSec=(\d+)/.exec(read('chat-connector@.service')) ?? [];
  const [, compose] = /stop_grace_period: (\d+)s/.exec(read('../../compose.yaml')) ?? [];
  expect(Math.min(Number(unit), Number(compose))).toBeGreaterThan(seconds);
});
