import { evaluate, firingAlerts, readAlertRules } from '../support/alert-rules.ts';
import { parseMetrics } from '../support/metrics.ts';

const moments = (before: string, now: string) => ({
  before: parseMetrics(before),
  now: parseMetrics(now),
});

const BEFORE = `up{job="chat-connector",instance="a"} 1
chat_connector_database_up{instance="a"} 1
chat_connector_oldest_waiting_message_seconds{instance="a",direction="in"} 0
chat_connector_messages_total{instance="a",direction="in",service="telegram",outcome="delivered"} 5
chat_connector_dead_grants{instance="a",reason="refused"} 1`;
const LATER = BEFORE.replace('direction="in"} 0', 'direction="in"} 700');

const rules = readAlertRules();

test('every alert of the file is read, with an expression that can be calculated', () => {
  expect(rules.length).toBeGreaterThan(10);
  for (const { expression } of rules) evaluate(expression, moments(BEFORE, BEFORE));
  expect(firingAlerts(rules, moments(BEFORE, BEFORE))).toEqual([]);
});

test('messages stand still only while none of their direction arrives', () => {
  expect(firingAlerts(rules, moments(BEFORE, LATER))).toEqual(['MessagesStandStill']);
  const moving = LATER.replace('outcome="delivered"} 5', 'outcome="delivered"} 6');
  expect(firingAlerts(rules, moments(BEFORE, moving))).toEqual([]);
});

test('a threshold on what has come since is calculated over the processes', () => {
  const dead = BEFORE.replace('reason="refused"} 1', 'reason="refused"} 4');
  expect(firingAlerts(rules, moments(BEFORE, dead))).toEqual(['GrantsDie']);
});

test.each<[string, unknown]>([
  ['1 + 2 * 3', 7],
  ['sum(a) / 4', [{ labels: {}, value: 2 }]],
  ['max by (x) (a) > 3', [{ labels: { x: 'two' }, value: 5 }]],
  ['sum by (x) (increase(a[5m])) - 1', [{ labels: { x: 'one' }, value: 1 }]],
  ['a{x!="one"} unless on () sum(b) > 1', []],
  ['a{x=~"t.o"} and on () b == 2', [{ labels: { x: 'two' }, value: 5 }]],
])('%s', (expression, value) => {
  const found = evaluate(expression, moments('a{x="one"} 1', 'a{x="one"} 3\na{x="two"} 5\nb 2'));
  expect(found).toEqual(value);
});

test('what Prometheus knows and this does not is refused', () => {
  expect(() => evaluate('topk(3, a)', moments('a 1', 'a 1'))).toThrow();
});
