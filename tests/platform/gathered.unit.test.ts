import type { Db } from '../../src/server/platform/database/database.ts';
import { gathered } from '../../src/server/platform/database/gathered.ts';

const db = {} as Db;

/** A database that answers when it is told to. */
function answering() {
  const asked: {
    questions: readonly string[];
    answer: () => void;
    fail: (error: Error) => void;
  }[] = [];
  const ask = gathered<string, string>((_db, questions) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const answer = () => resolve(questions.map((one) => `answer to ${one}`));
    asked.push({ questions, answer, fail: reject });
    return promise;
  });
  const next = async (index: number) => {
    while (asked[index] === undefined) await new Promise(setImmediate);
    return asked[index];
  };
  return { ask, asked, next };
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('a question to a database with nothing to do is put at once', () => {
  const { ask, asked } = answering();
  void ask(db, 'a');
  expect(asked.map(({ questions }) => questions)).toEqual([['a']]);
});

test('what is asked meanwhile shares one statement, and everybody gets their own answer', async () => {
  const { ask, asked, next } = answering();
  const answers = Promise.all(['a', 'b', 'c'].map((one) => ask(db, one)));
  asked[0]?.answer();
  (await next(1)).answer();
  expect(await answers).toEqual(['answer to a', 'answer to b', 'answer to c']);
  expect(asked.map(({ questions }) => questions)).toEqual([['a'], ['b', 'c']]);
});

test('a statement takes a hundred questions, and the rest waits for the next', async () => {
  const { ask, asked, next } = answering();
  const many = Array.from({ length: 151 }, (_, index) => String(index));
  const answers = Promise.all(many.map((one) => ask(db, one)));
  for (let index = 0; index < 3; index += 1) (await next(index)).answer();
  expect(await answers).toEqual(many.map((one) => `answer to ${one}`));
  expect(asked.map(({ questions }) => questions.length)).toEqual([1, 100, 50]);
});

test('a statement that takes long does not hold up what comes after it', async () => {
  const { ask, next } = answering();
  const stuck = ask(db, 'stuck');
  const free = ask(db, 'free');
  (await next(1)).answer();
  expect(await free).toBe('answer to free');
  (await next(0)).answer();
  expect(await stuck).toBe('answer to stuck');
});

test.each(['23505', '55P03', '40P01'])(
  'what is wrong with one question (%s) is no trouble of the others',
  async (code) => {
    const { ask, asked, next } = answering();
    const first = ask(db, 'first');
    const good = ask(db, 'good');
    const bad = ask(db, 'bad');
    bad.catch(() => undefined);
    asked[0]?.answer();
    (await next(1)).fail(failure(code));
    (await next(2)).answer();
    (await next(3)).fail(failure(code));
    await expect(first).resolves.toBe('answer to first');
    await expect(good).resolves.toBe('answer to good');
    await expect(bad).rejects.toThrow(code);
  },
);

test('a database that is gone is not asked again for each of them', async () => {
  const { ask, asked, next } = answering();
  const first = ask(db, 'first');
  const others = [ask(db, 'a'), ask(db, 'b')];
  for (const one of others) one.catch(() => undefined);
  asked[0]?.answer();
  await first;
  (await next(1)).fail(failure('ECONNREFUSED'));
  for (const one of others) await expect(one).rejects.toThrow('ECONNREFUSED');
  expect(asked).toHaveLength(2);
});

test('another database has statements of its own', () => {
  const { ask, asked } = answering();
  void ask(db, 'a');
  void ask({} as Db, 'b');
  expect(asked.map(({ questions }) => questions)).toEqual([['a'], ['b']]);
});
