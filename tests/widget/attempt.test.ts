import { INVISIBLE as INVISIBLE_TO_SERVER } from '../../src/server/connectors/plain-text.ts';
import {
  clockOffset,
  isOverdue,
  newerOf,
  pairingCodeGroups,
  phaseOf,
  pollPause,
  secondsLeft,
} from '../../src/widget/connect/attempt.ts';
import { readEvents } from '../../src/widget/event-stream.ts';
import { cleanSecret, INVISIBLE } from '../../src/widget/ui/SecretField.tsx';
import { makeAttempt } from './support/make.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');

test('the time left is counted by the server’s clock', () => {
  const attempt = makeAttempt({ server_time: '2026-11-22T10:00:30.000Z' });
  const offset = clockOffset(attempt, NOW);
  expect(offset).toBe(30_000);
  expect(secondsLeft('2026-11-22T10:01:00.000Z', NOW, offset)).toBe(30);
  expect(secondsLeft('2026-11-22T10:00:29.000Z', NOW, offset)).toBe(0);
});

test('an attempt is overdue only some seconds after its time', () => {
  const attempt = makeAttempt({ expires_at: new Date(NOW).toISOString() });
  expect(isOverdue(attempt, NOW + 4000, 0)).toBe(false);
  expect(isOverdue(attempt, NOW + 6000, 0)).toBe(true);
  expect(isOverdue(attempt, NOW + 6000, -10_000)).toBe(false);
});

test('pauses grow from two to five seconds, and never fall below what the server asks', () => {
  const attempt = makeAttempt({ poll_after_ms: 1000 });
  expect(pollPause(attempt, 0)).toBe(2000);
  expect(pollPause(attempt, 3)).toBeGreaterThan(3000);
  expect(pollPause(attempt, 50)).toBe(5000);
  expect(pollPause({ ...attempt, poll_after_ms: 9000 }, 0)).toBe(9000);
});

test('a late answer never replaces a newer one, and an end is an end', () => {
  const at = (time: string, change = {}) =>
    makeAttempt({ server_time: `2026-11-22T10:00:${time}.000Z`, ...change });
  const newer = at('05');
  expect(newerOf(newer, at('04'))).toBe(newer);
  expect(newerOf(newer, at('06')).server_time).toContain(':06.');
  const over = at('05', { state: 'connected' });
  expect(newerOf(over, at('09'))).toBe(over);
  expect(newerOf(over, at('01', { id: 'attempt-2' })).id).toBe('attempt-2');
});

test('linking is a phase of its own', () => {
  expect(phaseOf(undefined)).toBe('idle');
  expect(phaseOf(makeAttempt())).toBe('waiting');
  expect(phaseOf(makeAttempt({ reason: 'linking' }))).toBe('linking');
  expect(phaseOf(makeAttempt({ state: 'failed', reason: 'denied' }))).toBe('failed');
});

test('a pairing code is shown in groups of four', () => {
  expect(pairingCodeGroups('ABCD-EFGH')).toEqual(['ABCD', 'EFGH']);
  expect(pairingCodeGroups('ABCDEFGH')).toEqual(['ABCD', 'EFGH']);
});

test.each([
  ['  7000000001:AAE  ', '7000000001:AAE'],
  ['7000000001:AAE\nmulated', '7000000001:AAEmulated'],
  ['\u200b7000000001:AAE\ufeff', '7000000001:AAE'],
  ['\u20687000000001:AAE\u2069', '7000000001:AAE'],
  ['\u200e7000000001:A\u00adA\ufe0fE', '7000000001:AAE'],
  ['\u2068Token: abc\u2069', 'abc'],
  ['"7000000001:AAE"', '7000000001:AAE'],
  ['«key»', 'key'],
  ['Token: 7000000001:AAE', '7000000001:AAE'],
  ['API key = abc', 'abc'],
  ['https://chat.example.com', 'https://chat.example.com'],
  ['xoxb-1-2', 'xoxb-1-2'],
])('of %j only %j is left', (pasted, cleaned) => {
  expect(cleanSecret(pasted)).toBe(cleaned);
});

test('what nobody sees in a key is the same for the widget and the server', () => {
  expect([INVISIBLE.source, INVISIBLE.flags]).toEqual([
    INVISIBLE_TO_SERVER.source,
    INVISIBLE_TO_SERVER.flags,
  ]);
});

describe('event stream', () => {
  async function read(...chunks: string[]): Promise<string[]> {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const data of readEvents(body, () => undefined)) events.push(data);
    return events;
  }

  test('an event may come in pieces', async () => {
    expect(await read('da', 'ta: on', 'e\n', '\ndata: two\n\n')).toEqual(['one', 'two']);
  });

  test('comments and other fields are no events', async () => {
    expect(await read(': ping\n\n', 'event: x\nid: 1\ndata:one\n\n')).toEqual(['one']);
  });

  test('lines of one event belong together, whatever ends them', async () => {
    expect(await read('data: a\r\ndata: b\r\n\r\n')).toEqual(['a\nb']);
  });

  test('a character cut in two is read as one', async () => {
    const bytes = new TextEncoder().encode('data: é\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 7));
        controller.enqueue(bytes.slice(7));
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const data of readEvents(body, () => undefined)) events.push(data);
    expect(events).toEqual(['é']);
  });

  test('an event that is not finished is none', async () => {
    expect(await read('data: one\n')).toEqual([]);
  });
});
