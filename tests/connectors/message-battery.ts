import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { ConnectorError, type MessageCarrier } from '../../src/server/connectors/connector.ts';
import type {
  OutgoingMessage,
  ReceivedItem,
  SendOutcome,
} from '../../src/server/connectors/messages.ts';
import { freePort } from '../support/free-port.ts';
import { BULK_BYTES, Flow, startBulkServer } from './support/bulk-server.ts';
import { carriedColumn, withoutReason } from './support/carried-table.ts';
import type { Echo, Fault } from './support/fault-proxy.ts';
import { FILE_CONTENT, type HeldFile, heldFile } from './support/held-file.ts';
import { NO_EVENTS, spoiled } from './support/hostile-events.ts';
import {
  INCOMING,
  type IncomingKind,
  OUTGOING,
  type OutgoingKind,
  outgoing,
} from './support/message-kinds.ts';
import type { MessageStage } from './support/message-stage.ts';
import { createTools, everythingIn, type TestTools } from './support/tools.ts';

/** The request got through, and nobody can say what became of it. */
const LOST: Fault[] = [
  'never answers',
  'cuts the connection',
  'stops in the middle of the answer',
  'answers 500',
  'answers 503 with a page',
  'answers garbage',
  'answers with an HTML page',
  'answers with a number',
  'answers 2 MB',
];

const OUTAGES: Fault[] = [
  'never answers',
  'cuts the connection',
  'answers 500',
  'answers 503 with a page',
];

const ECHOES: Echo[] = (['headers', 'body', 'address'] as const).flatMap((repeats) =>
  ([400, 401, 404] as const).map((status) => ({ repeats, status })),
);

/** Far more than what two sockets hold, far less than a file. */
const MOST_HELD = BULK_BYTES / 2;

/**
 * What every connector that carries messages must do, whatever its service. `start` brings up a double behind a
 * fault proxy; `MessageStage` says what the battery must know of the service.
 */
export function messageBattery(id: string, start: () => Promise<MessageStage>): void {
  let stage: MessageStage;
  let carrier: MessageCarrier;
  let tools: TestTools;

  beforeAll(async () => {
    stage = await start();
    carrier = stage.carrierAt(stage.proxy.port);
    tools = createTools(id);
  });
  afterEach(() => {
    stage.proxy.arm(undefined);
    tools.hurry();
  });
  afterAll(async () => {
    await tools.close();
    await stage.close();
  });

  const samples = () =>
    Object.entries(stage.incoming).flatMap(([kind, sample]) =>
      sample === undefined ? [] : [{ kind: kind as IncomingKind, ...sample }],
    );

  async function sendAll(message: OutgoingMessage, through = carrier): Promise<SendOutcome[]> {
    const outcomes: SendOutcome[] = [];
    for (const part of through.compose(message)) {
      outcomes.push(await through.send(tools, stage.credentials, stage.chat, part));
    }
    return outcomes;
  }

  test('what is carried, and why not, stands in the documentation as it is', () => {
    const column = carriedColumn(id, stage, carrier);
    expect(column?.page).toEqual(column?.tested);
    if (column) expect(withoutReason(stage)).toEqual([]);
  });

  describe('what arrives', () => {
    test.each(Object.keys(INCOMING) as IncomingKind[])('%s is carried, or said', (kind) => {
      const sample = stage.incoming[kind];
      // The service has nothing of the kind; what it tells of must not look like it.
      if (sample === undefined) {
        const all = samples().flatMap(({ event }) => carrier.parse(event, stage.account));
        const like = ['poll', 'unknown kind', 'text'].includes(kind)
          ? []
          : all.filter(INCOMING[kind]);
        return expect(like).toEqual([]);
      }
      const items = carrier.parse(sample.event, stage.account);
      const found = items.find((item) =>
        sample.fate === 'carried' ? INCOMING[kind](item) : isPlaceholder(item),
      );
      expect([kind, items]).toEqual([kind, expect.arrayContaining([found])]);
      items.forEach(expectSound);
    });

    test('is read the same every time, whenever it comes and however often', () => {
      for (const { kind, event } of samples()) {
        const before = Buffer.from(event.body);
        const items = carrier.parse(event, stage.account);
        expect([kind, carrier.parse(structuredCopy(event), stage.account)]).toEqual([kind, items]);
        const later = { ...event, receivedAtMs: 1_900_000_000_000 };
        expect(carrier.parse(later, stage.account).map(idOf)).toEqual(items.map(idOf));
        expect(event.body.equals(before)).toBe(true);
        expect(JSON.parse(JSON.stringify(items))).toEqual(items);
      }
    });

    test('has ids that tell everything apart', () => {
      const ids = samples().flatMap(({ event }) => carrier.parse(event, stage.account).map(idOf));
      const twice = ids.filter((one, at) => one !== undefined && ids.indexOf(one) !== at);
      expect(twice).toEqual([]);
    });

    test.each(NO_EVENTS)('may be %s, which says nothing', (_what, body) => {
      expect(carrier.parse({ headers: {}, body }, stage.account)).toEqual([]);
    });

    test('may be spoiled in any way and never throws', () => {
      for (const { event } of samples()) {
        const property = fc.property(spoiled(event.body), (body) => {
          carrier.parse({ ...event, body }, stage.account).forEach(expectSound);
        });
        fc.assert(property, { numRuns: 60 });
      }
    });
  });

  describe('what is written', () => {
    test.each(Object.keys(OUTGOING) as OutgoingKind[])(
      '%s gets there, or is refused',
      async (kind) => {
        const quoted = kind === 'quote' ? { replyTo: stage.messageId } : {};
        const outcomes = await sendAll(outgoing({ ...OUTGOING[kind](), ...quoted }));
        expect(outcomes.length).toBeGreaterThan(0);
        for (const outcome of outcomes) {
          const expected = stage.outgoing[kind] === 'carried' ? 'sent' : 'refused';
          expect([kind, outcome]).toEqual([kind, expect.objectContaining({ state: expected })]);
          if (outcome.state === 'sent') expect(outcome.messageId).not.toBe('');
        }
        const ids = outcomes.map((outcome) => outcome.state === 'sent' && outcome.messageId);
        if (stage.outgoing[kind] === 'carried') expect(new Set(ids).size).toBe(ids.length);
        expectNoSecrets([outcomes, tools.logged()]);
      },
    );

    test('is cut in the same way every time, within the limits, and whole', () => {
      const words = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.lorem({ maxCount: 400, mode: 'words' }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((s) => s.repeat(500)),
      );
      const property = fc.property(words, fc.boolean(), (text, hasFile) => {
        const file = heldFile('a.pdf', 'application/pdf');
        const message = outgoing({ text, ...(hasFile && { media: { kind: 'file', ...file } }) });
        const parts = carrier.compose(message);
        expect(parts.length).toBeGreaterThan(0);
        expect(carrier.compose(message)).toEqual(parts);
        let all = '';
        for (const part of parts) {
          const said = stage.wordsOf(part);
          if (said === undefined) continue;
          expect(said.text.length).toBeLessThanOrEqual(said.longest);
          expect(said.text.isWellFormed()).toBe(true);
          all += said.text;
        }
        expect(visible(all)).toBe(visible(text));
      });
      fc.assert(property, { numRuns: 60 });
    });

    test('without anything in it is refused and not sent', async () => {
      const before = stage.proxy.count();
      const outcomes = await sendAll(outgoing({}));
      expect(outcomes).toEqual([expect.objectContaining({ state: 'refused' })]);
      expect(stage.proxy.count()).toBe(before);
    });

    const SENT = ['text', 'picture', 'file of unknown length'] as const;

    test.each(LOST)('may have arrived when the service %s', async (fault) => {
      stage.proxy.arm(fault);
      if (fault === 'never answers') tools.hurry(200);
      for (const kind of SENT) {
        const outcome = await sendAll(outgoing(OUTGOING[kind]())).catch((error: unknown) => error);
        const meaning = kind === 'text' ? stage.lostAnswer : (stage.lostFile ?? stage.lostAnswer);
        if (meaning === 'unknown') {
          expect([kind, outcome]).toEqual([kind, [{ state: 'unknown' }]]);
        } else expect([kind, failureOf(outcome)]).toEqual([kind, 'unavailable']);
        expectNoSecrets([outcome, tools.logged()]);
      }
    });

    test.each([
      ['answers 429', ['rate_limited']],
      ['answers 401', ['rejected', 'reauthorize']],
      ['redirects elsewhere', ['misconfigured']],
    ] as [Fault, string[]][])(
      "is nobody else's fault when the service %s",
      async (fault, named) => {
        stage.proxy.arm(fault);
        for (const kind of SENT) {
          const outcome = await sendAll(outgoing(OUTGOING[kind]())).catch(
            (error: unknown) => error,
          );
          const { refusedKey } = stage;
          const expected = fault === 'answers 401' && refusedKey ? [refusedKey] : named;
          expect(expected).toContain(failureOf(outcome));
          if (fault === 'answers 429') expect(outcome).toMatchObject({ retryAfterSeconds: 7 });
          expectNoSecrets([outcome, tools.logged()]);
        }
      },
    );

    test('was surely not sent where nobody listens', async () => {
      const nobody = stage.carrierAt(await freePort());
      for (const kind of SENT) {
        const outcome = await sendAll(outgoing(OUTGOING[kind]()), nobody).catch((e: unknown) => e);
        expect([kind, failureOf(outcome)]).toEqual([kind, 'unavailable']);
      }
    });

    test.each(ECHOES)('shows no secret when the service answers %j', async (echo) => {
      stage.proxy.arm(echo);
      for (const kind of SENT) {
        const outcome = await sendAll(outgoing(OUTGOING[kind]())).catch((error: unknown) => error);
        expectNoSecrets([outcome, tools.logged()]);
        expect(outcome).not.toEqual([expect.objectContaining({ state: 'sent' })]);
      }
    });

    test('closes every file it opened, whatever happens', async () => {
      for (const fault of [undefined, ...LOST, 'answers 401', 'answers 429'] as const) {
        stage.proxy.arm(fault);
        tools.hurry(fault === 'never answers' ? 200 : undefined);
        const file = heldFile('a.pdf', 'application/pdf');
        const message = outgoing({ media: { kind: 'file', ...file } });
        await sendAll(message).catch((error: unknown) => error);
        expect([fault, file.left()]).toEqual([fault, 0]);
      }
    });

    test('is refused when its file is gone, and waits when the file cannot be had now', async () => {
      if (!stage.uploads) return;
      const failing = (failure: 'rejected' | 'unavailable') => ({
        ...heldFile('a.pdf', 'application/pdf'),
        open: () => Promise.reject(new ConnectorError(failure)),
      });
      const gone = outgoing({ media: { kind: 'file', ...failing('rejected') } });
      expect(await sendAll(gone)).toEqual([{ state: 'refused', reason: 'file_unavailable' }]);
      const later = outgoing({ media: { kind: 'file', ...failing('unavailable') } });
      await expect(sendAll(later)).rejects.toMatchObject({ failure: 'unavailable' });
    });

    test('was surely not sent when its file broke off', async () => {
      if (!stage.uploads) return;
      for (const isCounted of [true, false]) {
        const broken: HeldFile = heldFile('a.pdf', 'application/pdf', {
          isCounted,
          body: breaking,
        });
        const message = outgoing({ media: { kind: 'file', ...broken } });
        const outcome = await sendAll(message).catch((error: unknown) => error);
        expect([isCounted, failureOf(outcome)]).toEqual([isCounted, 'unavailable']);
        expectNoSecrets([outcome]);
      }
    });

    test('streams a large file and never holds it', async () => {
      if (!stage.uploads) return;
      const flow = new Flow();
      const server = await startBulkServer(stage.bulk.answer, flow);
      const bytes = stage.bulk.uploadBytes ?? BULK_BYTES;
      try {
        const file = heldFile('a.bin', 'application/octet-stream', {
          body: () => flow.source(bytes),
          bytes,
        });
        const message = outgoing({ media: { kind: 'file', ...file } });
        const outcomes = await sendAll(message, stage.carrierAt(server.port));
        expect(outcomes).toEqual([expect.objectContaining({ state: 'sent' })]);
        expect(flow.taken).toBeGreaterThanOrEqual(bytes);
        expect(flow.mostHeld).toBeLessThan(MOST_HELD);
      } finally {
        await server.close();
      }
    });
  });

  describe('a reaction', () => {
    const react = async (emoji: string | null) =>
      await carrier
        .react?.(tools, stage.credentials, stage.chat, {
          messageId: stage.messageId,
          isOurs: true,
          emoji,
        })
        .catch((error: unknown) => error);

    test('is put on a message and taken away, or no carrier offers it', async () => {
      if (carrier.react === undefined) return expect(stage.proxy).toBeDefined();
      for (const emoji of ['👍', null]) {
        expect(await react(emoji)).toMatchObject({ state: 'sent' });
      }
    });

    test.each([...LOST, ...ECHOES, 'answers 429'] as Fault[])(
      'ends in an outcome when the service does this: %j',
      async (fault) => {
        if (carrier.react === undefined) return;
        stage.proxy.arm(fault);
        if (fault === 'never answers') tools.hurry(200);
        const outcome = await react('👍');
        expect(outcome).not.toMatchObject({ state: 'sent' });
        if (outcome instanceof Error) expect(failureOf(outcome)).not.toContain('no ConnectorError');
        expectNoSecrets([outcome, tools.logged()]);
      },
    );
  });

  describe("a client's file", () => {
    const open = async (ref: unknown, through = carrier) =>
      await through.openMedia(tools, stage.credentials, ref);

    test('is opened and read', async () => {
      const { body, bytes } = await open(stage.refs.small);
      expect((await buffer(body)).equals(FILE_CONTENT)).toBe(true);
      expect([undefined, FILE_CONTENT.length]).toContain(bytes);
    });

    test('that is gone, or was never there, is refused for good', async () => {
      for (const ref of [stage.refs.gone, null, {}, { fileId: '../../x' }, 'x', [1]]) {
        const outcome = await open(ref).catch((error: unknown) => error);
        expect([ref, failureOf(outcome)]).toEqual([ref, 'rejected']);
        expectNoSecrets([outcome, tools.logged()]);
      }
    });

    test.each(OUTAGES)('waits when the service %s', async (fault) => {
      stage.proxy.arm(fault);
      if (fault === 'never answers') tools.hurry(200);
      const outcome = await open(stage.refs.small).catch((error: unknown) => error);
      expect(failureOf(outcome)).toBe('unavailable');
      expectNoSecrets([outcome, tools.logged()]);
    });

    test.each([...ECHOES, 'answers 401', 'redirects elsewhere'] as Fault[])(
      'fails without a secret: %j',
      async (fault) => {
        stage.proxy.arm(fault);
        const outcome = await open(stage.refs.small).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(ConnectorError);
        expectNoSecrets([outcome, tools.logged()]);
      },
    );

    test('is streamed, however large, and never held', async () => {
      const flow = new Flow();
      const server = await startBulkServer(stage.bulk.answer, flow);
      try {
        const { body } = await open(stage.bulk.ref(server.port), stage.carrierAt(server.port));
        let size = 0;
        for await (const piece of body as AsyncIterable<Buffer>) {
          size += piece.length;
          flow.taken = size;
        }
        expect(size).toBe(BULK_BYTES);
        expect(flow.mostHeld).toBeLessThan(MOST_HELD);
      } finally {
        await server.close();
      }
    });
  });

  function expectNoSecrets(seen: unknown[]): void {
    const text = seen.map(everythingIn).join('\n');
    for (const secret of [...stage.secrets, 'canary-file-content', 'canary-media-link']) {
      expect(text).not.toContain(secret);
    }
  }
}

/** Gives half of what it holds, and then fails with an address in its words. */
function breaking(): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    yield FILE_CONTENT.subarray(0, 1000);
    throw new Error('reset by http://127.0.0.1:9/media/canary-media-link');
  }
  return Readable.from(pieces(), { objectMode: false });
}

function isPlaceholder(item: ReceivedItem): boolean {
  return item.event === 'message' && item.content.kind === 'placeholder';
}

/** Whatever an item holds can be stored, ordered and shown. */
function expectSound(item: ReceivedItem): void {
  for (const text of textsIn(item)) expect(!text.includes('\0') && text.isWellFormed()).toBe(true);
  if (item.event === 'move') return;
  if (item.event !== 'typing') expect(item.messageId).not.toBe('');
  if (item.event === 'status') return;
  expect(item.chat.id).not.toBe('');
  expect(item.person.id).not.toBe('');
  expect(item.person.name).not.toBe('');
  expect(Number.isFinite(item.atMs)).toBe(true);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function idOf(item: ReceivedItem): string | undefined {
  switch (item.event) {
    case 'message':
      return item.messageId;
    case 'edit':
      return `${item.messageId} edit ${item.editId}`;
    case 'reaction':
      return `${item.messageId} reaction ${item.reactionId}`;
    case 'delete':
      return `${item.messageId} delete`;
    default:
      return undefined;
  }
}

function structuredCopy<Event extends { body: Buffer }>(event: Event): Event {
  return { ...event, body: Buffer.from(event.body) };
}

/** A text without what may be lost at a cut or cannot be seen. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]+/gu, '');
}

function failureOf(outcome: unknown): string {
  return outcome instanceof ConnectorError
    ? outcome.failure
    : `no ConnectorError: ${everythingIn(outcome)}`;
}
