import { type DatabaseFigures, Metrics } from '../../src/server/platform/metrics.ts';
import { figure, parseMetrics } from '../support/metrics.ts';

const FIGURES: DatabaseFigures = {
  oldestWaitingSeconds: { in: 3, out: 0 },
  deadGrants: { lacksRights: 1, refused: 2 },
  waitingJobs: [{ queue: 'sync', count: 4 }],
  channels: [{ service: 'telegram', status: 'connected', count: 5 }],
};

async function samplesOf(metrics: Metrics, figures: DatabaseFigures | undefined = FIGURES) {
  return parseMetrics((await metrics.text(figures)).body);
}

test('a service that is not on offer, and a method nobody knows, are others', async () => {
  const metrics = new Metrics({ services: ['telegram'] });
  for (const service of ['telegram', 'made-up', undefined]) {
    metrics.messageEnded({ direction: 'in', service, outcome: 'delivered' });
  }
  metrics.requestAnswered({ method: 'PROPFIND', route: undefined, status: 404, seconds: 0.1 });
  const channels = [
    ...(FIGURES.channels ?? []),
    { service: 'removed', status: 'error', count: 1 },
    { service: 'removed-too', status: 'error', count: 2 },
  ];
  const samples = await samplesOf(metrics, { ...FIGURES, channels });
  expect(figure(samples, 'messages_total', { service: 'telegram' })).toBe(1);
  expect(figure(samples, 'messages_total', { service: 'other' })).toBe(2);
  expect(figure(samples, 'channels', { service: 'other', status: 'error' })).toBe(3);
  const others = { method: 'other', route: 'unknown', status: '4xx' };
  expect(figure(samples, 'http_request_duration_seconds_count', others)).toBe(1);
});

test('what the database knew last time is not told again when it does not answer', async () => {
  const metrics = new Metrics({ services: ['telegram'] });
  expect(figure(await samplesOf(metrics), 'dead_grants')).toBe(3);
  const samples = parseMetrics((await metrics.text(undefined)).body);
  expect(figure(samples, 'database_up')).toBe(0);
  for (const name of ['dead_grants', 'jobs_waiting', 'channels', 'oldest_waiting_message_seconds'])
    expect([name, figure(samples, name)]).toEqual([name, undefined]);
});

test('what was not counted in time is left out alone', async () => {
  const metrics = new Metrics({ services: [] });
  const samples = await samplesOf(metrics, { ...FIGURES, channels: undefined });
  expect(figure(samples, 'channels')).toBeUndefined();
  expect(figure(samples, 'database_up')).toBe(1);
  expect(figure(samples, 'jobs_waiting')).toBe(4);
});

test('two backends in one process count apart', async () => {
  const [one, other] = [new Metrics({ services: [] }), new Metrics({ services: [] })];
  one.refreshEnded('dead');
  expect(figure(await samplesOf(one), 'grant_refreshes_total', { outcome: 'dead' })).toBe(1);
  expect(figure(await samplesOf(other), 'grant_refreshes_total', { outcome: 'dead' })).toBe(0);
});

test('only 403 and 429 count as refusals, and no answer counts as none', async () => {
  const metrics = new Metrics({ services: [] });
  for (const status of [200, 401, 403, 429, 503, undefined]) {
    metrics.kommoAnswered({ api: 'rest', status });
  }
  const samples = await samplesOf(metrics);
  expect(figure(samples, 'kommo_refusals_total', { api: 'rest' })).toBe(2);
  expect(figure(samples, 'kommo_requests_total', { api: 'rest' })).toBe(6);
  expect(figure(samples, 'kommo_requests_total', { status: 'none' })).toBe(1);
});

test('a ban of our address is a refusal of its own', async () => {
  const metrics = new Metrics({ services: [] });
  metrics.kommoAnswered({ api: 'rest', status: 403, isBan: true });
  const samples = await samplesOf(metrics);
  expect(figure(samples, 'kommo_refusals_total', { status: 'blocked' })).toBe(1);
  expect(figure(samples, 'kommo_refusals_total', { status: '403' })).toBe(0);
  expect(figure(samples, 'kommo_requests_total', { status: '4xx' })).toBe(1);
});
