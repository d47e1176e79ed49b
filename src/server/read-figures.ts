import { countChannels } from './channels/rows.ts';
import type { Context } from './context.ts';
import { countDeadGrants } from './kommo/grants/rows.ts';
import { readOldestWaiting } from './messages/rows.ts';
import type { DatabaseFigures } from './platform/metrics.ts';
import { withTimeout } from './platform/with-timeout.ts';

/** How long a scrape waits for the database; Prometheus itself waits ten seconds. */
const DEADLINE_MS = 2_000;

/** pg-boss counts them every three seconds at most. */
const JOBS_KEPT_MS = 5_000;

/** Counting the channels reads all of them. */
const CHANNELS_KEPT_MS = 30_000;

/** One question, asked once at a time however many want to know, its answer kept for a while. */
class Question<Answer> {
  readonly #ask: () => Promise<Answer>;
  readonly #keptMs: number;
  #asking: Promise<Answer> | undefined;
  #kept: { answer: Answer; at: number } | undefined;

  constructor(ask: () => Promise<Answer>, keptMs: number) {
    this.#ask = ask;
    this.#keptMs = keptMs;
  }

  answer(): Promise<Answer> {
    if (this.#kept !== undefined && performance.now() - this.#kept.at < this.#keptMs) {
      return Promise.resolve(this.#kept.answer);
    }
    this.#asking ??= this.#askNow().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askNow(): Promise<Answer> {
    const answer = await this.#ask();
    this.#kept = { answer, at: performance.now() };
    return answer;
  }
}

/**
 * Reads what only the database knows, for scrapes. A database in trouble costs a scrape two seconds and never its answer.
 *
 * @returns a function that settles to undefined when the database does not answer in time
 */
export function figuresReader({
  db,
  jobs,
  log,
}: Pick<Context, 'db' | 'jobs' | 'log'>): () => Promise<DatabaseFigures | undefined> {
  // One after the other: a scrape takes few of the connections that requests need.
  const indexed = new Question(async () => {
    const oldestWaitingSeconds = await readOldestWaiting(db);
    return { oldestWaitingSeconds, deadGrants: await countDeadGrants(db) };
  }, 0);
  // Over connections of pg-boss's own, which may be in trouble by themselves.
  const waitingJobs = new Question(() => jobs.countWaiting(), JOBS_KEPT_MS);
  const channels = new Question(() => countChannels(db), CHANNELS_KEPT_MS);

  const inTime = <Answer>(question: Question<Answer>) =>
    withTimeout(
      DEADLINE_MS,
      question.answer().catch((error: unknown) => {
        log.warn({ err: error }, 'figures for a scrape could not be read');
        return undefined;
      }),
    );

  return async () => {
    const answers = [inTime(indexed), inTime(waitingJobs), inTime(channels)] as const;
    const [found, waiting, counted] = await Promise.all(answers);
    return found && { ...found, waitingJobs: waiting, channels: counted };
  };
}
