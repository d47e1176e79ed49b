import type { Db } from './database.ts';
import { isStorageUnavailable } from './storage-errors.ts';

/** What is asked while a statement is under way waits for its answer, but no longer than this: it may be locked out. */
const PATIENCE_MS = 50;

/** Statements of one kind under way, those that take longer included. */
const MOST_UNDER_WAY = 4;

/** Questions of one statement. */
const MOST = 100;

/** One that waited for another session's lock, perhaps for the sake of a single row. */
const LOCK_NOT_AVAILABLE = '55P03';

interface Waiting<Question, Answer> {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes one statement of what is asked while others of its kind are under way. Who asks a process that has nothing to do
 * waits for nobody; one that is busy asks the database in larger pieces instead of more often. Every question is put
 * after it was asked, so that its answer is never older than itself.
 *
 * @param askAll one statement, which keeps all of it or nothing; answers in the order of the questions
 */
export function gathered<Question, Answer>(
  askAll: (db: Db, questions: readonly Question[]) => Promise<readonly Answer[]>,
): (db: Db, question: Question) => Promise<Answer> {
  const lines = new WeakMap<Db, Line<Question, Answer>>();
  return (db, question) => {
    let line = lines.get(db);
    if (line === undefined) {
      line = new Line((questions) => askAll(db, questions));
      lines.set(db, line);
    }
    return line.ask(question);
  };
}

class Line<Question, Answer> {
  readonly #askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Question, Answer>[] = [];
  #underWay = 0;
  /** Of those under way, they have taken long. */
  #slow = 0;

  constructor(askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#askAll = askAll;
  }

  ask(question: Question): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ question, resolve, reject });
    this.#go();
    return promise;
  }

  #go(): void {
    const mayGo = this.#underWay === this.#slow && this.#underWay < MOST_UNDER_WAY;
    if (!mayGo || this.#waiting.length === 0) return;
    const taken = this.#waiting.slice(0, MOST);
    this.#waiting = this.#waiting.slice(MOST);
    this.#underWay += 1;
    let isSlow = false;
    const patience = setTimeout(() => {
      isSlow = true;
      this.#slow += 1;
      this.#go();
    }, PATIENCE_MS);
    void this.#put(taken).finally(() => {
      clearTimeout(patience);
      this.#underWay -= 1;
      if (isSlow) this.#slow -= 1;
      this.#go();
    });
  }

  /** Never throws: whoever asked is told. */
  async #put(taken: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#askAll(taken.map(({ question }) => question));
      for (const [index, { resolve }] of taken.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      // What is wrong with one of them is no trouble of the others.
      if (taken.length > 1 && mayBeOfOne(error)) {
        await Promise.all(taken.map((one) => this.#put([one])));
      } else for (const { reject } of taken) reject(error);
    }
  }
}

function mayBeOfOne(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === LOCK_NOT_AVAILABLE || !isStorageUnavailable(error);
}
