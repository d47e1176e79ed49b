import {
  BATCH_BYTES,
  createSender,
  serialise,
} from '../../../src/emulator/page/browser/core/log-sender.js';

interface Sent {
  first: number;
  names: number[];
  bytes: number;
  isLeaving: boolean;
}

/** A sender to an emulator that answers as `answer` says; pauses take no time. */
function stage(answer: (sent: Sent) => number | undefined = () => 200) {
  const arrived: Sent[] = [];
  const told: number[] = [];
  const late: [number, number][] = [];
  const sender = createSender({
    post: async ({ first, body, isLeaving }) => {
      const names = (JSON.parse(body) as { name: number }[]).map(({ name }) => name);
      const sent = { first, names, bytes: Buffer.byteLength(body), isLeaving };
      const status = answer(sent);
      if (status === undefined) throw new TypeError('no answer');
      if (status === 200) arrived.push(sent);
      return status;
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    tell: (unsent) => told.push(unsent),
    late: (count, attempts) => late.push([count, attempts]),
  });
  const add = (count: number, text = '') => {
    for (let name = 0; name < count; name += 1)
      sender.add(serialise({ name, detail: { message: text } }));
  };
  const names = () => arrived.flatMap((one) => one.names);
  return { sender, add, arrived, names, told, late };
}

const upTo = (count: number) => Array.from({ length: count }, (_, name) => name);

test('batches stay below what a browser takes, counted in bytes, in order', async () => {
  const { sender, add, arrived, names } = stage();
  add(100, 'é'.repeat(1400));
  expect(await sender.sent()).toBe(true);
  expect(names()).toEqual(upTo(100));
  expect(arrived.length).toBeGreaterThan(4);
  for (const { bytes } of arrived) expect(bytes).toBeLessThanOrEqual(BATCH_BYTES);
  expect(arrived.map(({ first }) => first)).toEqual(arrived.map(({ names }) => names[0]));
});

test('an entry larger than a batch goes alone, an enormous one is cut and says so', async () => {
  const { sender, add, arrived } = stage();
  add(1);
  add(1, 'x'.repeat(100_000));
  add(1);
  await sender.sent();
  expect(arrived.map(({ names }) => names.length)).toEqual([1, 1, 1]);
  const cut = serialise({ name: 'big', detail: { message: 'm', value: 'x'.repeat(600_000) } });
  expect(Buffer.byteLength(cut)).toBeLessThan(BATCH_BYTES);
  expect(JSON.parse(cut).detail.cut).toMatch(/^of 600\d+ bytes$/);
});

test('what failed is told of and sent again, before what came later', async () => {
  let failures = 3;
  const { sender, add, names, told, late } = stage(() => (failures-- > 0 ? undefined : 200));
  add(3);
  expect(await sender.sent()).toBe(false);
  add(2);
  while (!(await sender.sent()));
  expect(names()).toEqual([0, 1, 2, 0, 1]);
  expect([told[0], told.at(-1)]).toEqual([3, 0]);
  expect(late).toEqual([[expect.any(Number), 3]]);
});

test('an entry the emulator refuses does not hold up the others', async () => {
  const { sender, add, arrived } = stage(({ names }) => (names.includes(1) ? 400 : 200));
  add(3);
  while (!(await sender.sent()));
  expect(arrived.map(({ names }) => names)).toEqual([[0], ['log'], [2]]);
});

test('a page that is left sends one batch more, and hands over everything', async () => {
  let isDown = true;
  const { sender, add, arrived } = stage(({ isLeaving }) =>
    isLeaving || !isDown ? 200 : undefined,
  );
  add(100, 'x'.repeat(1400));
  const left = sender.leave();
  expect(JSON.parse(left?.body ?? '')).toHaveLength(100);
  expect(left?.first).toBe(0);
  expect(arrived).toHaveLength(1);
  expect(arrived[0]?.bytes).toBeLessThanOrEqual(BATCH_BYTES);
  expect(stage().sender.leave()).toBeUndefined();
  isDown = false;
  while (!(await sender.sent()));
});
