import { setTimeout as pause } from 'node:timers/promises';
import type { Backend } from './backends.ts';
import { expositionFaults } from './exposition.ts';
import { METRICS_TOKEN, parseMetrics, type Sample } from './metrics.ts';
import { PATIENCE } from './patience.ts';

const EVERY_MS = 500;
/** On an idle machine, where others wait as long for an answer; a busy one is given more. */
const DEADLINE_MS = 10_000 * PATIENCE;

/** Of ours: some gauges of the process have such names, too. */
const COUNTER = /^chat_connector_\w+_(?:total|count|bucket)$/;

/** A route as it was declared: words and names of parameters, so that no address of anybody fits. */
const ROUTE = /^(?:unknown|\*|(?:\/(?::?[a-z_.-]*|\*))+)$/;
/** Of the other labels: words of the code, classes and numbers of statuses, and limits of buckets. */
const PLAIN: Record<string, RegExp> = {
  route: ROUTE,
  le: /^(?:\+Inf|\d+(?:\.\d+)?)$/,
  status: /^(?:[1-5]xx|none|403|429|blocked|[a-z_]+)$/,
  method: /^(?:[A-Z]+|other)$/,
  // Of the process, as prom-client names them.
  version: /^v\d+\.\d+\.\d+$/,
  major: /^\d+$/,
  minor: /^\d+$/,
  patch: /^\d+$/,
  type: /^[A-Za-z]+$/,
  space: /^[a-z_]+$/,
};
const WORD = /^[a-z][a-z_-]*$/;

/** Scrapes every replica that runs, again and again, as Prometheus would, and judges what it reads. */
export class MetricsWatch {
  readonly #running: () => readonly Backend[];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** The last counters of each process. */
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #series = new Set<string>();
  readonly #values = new Set<number>();
  readonly #help = new Set<string>();
  readonly #faults = new Set<string>();
  #scrapes = 0;
  #refused = 0;

  /** @param running those that are there at that moment, also the ones that are just being killed */
  constructor(running: () => readonly Backend[]) {
    this.#running = running;
    this.#done = this.#repeat();
  }

  /** @returns the sum of a figure over what all of them answer now */
  async sum(name: string, labels: Record<string, string>): Promise<number> {
    const each = await Promise.all(this.#running().map((backend) => this.#read(backend)));
    const wanted = Object.entries(labels);
    return each
      .flatMap((samples) => samples ?? [])
      .filter((sample) => sample.name === `chat_connector_${name}`)
      .filter((sample) => wanted.every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  /** How often a scrape was answered, and how often it found nobody. */
  get counts(): { scrapes: number; refused: number; series: number } {
    return { scrapes: this.#scrapes, refused: this.#refused, series: this.#series.size };
  }

  /** What was wrong with any of the texts. */
  get faults(): string[] {
    return [...this.#faults];
  }

  /** Labels with a value that is not of their closed list. */
  get openLabels(): string[] {
    const open = [...this.#series].flatMap((series) => {
      const [sample] = parseMetrics(`${series} 0`);
      return Object.entries(sample?.labels ?? {})
        .filter(([label, value]) => !(PLAIN[label] ?? WORD).test(value))
        .map(([label, value]) => `${label}="${value}"`);
    });
    return [...new Set(open)];
  }

  /** Everything that was ever said but the numbers, as one text. */
  get words(): string {
    return [...this.#series, ...this.#help].join('\n');
  }

  /** Every value that a figure of ours ever had. */
  get values(): ReadonlySet<number> {
    return this.#values;
  }

  async #repeat(): Promise<void> {
    const { signal } = this.#stopping;
    const look = async (backend: Backend) => {
      const samples = await this.#read(backend);
      if (samples !== undefined) this.#compare(backend, samples);
    };
    while (!signal.aborted) {
      await Promise.all(this.#running().map(look));
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Undefined: nobody answered, as while one is killed. */
  async #read(backend: Backend): Promise<Sample[] | undefined> {
    const text = await this.#ask(backend);
    if (text === undefined) {
      this.#refused += 1;
      return undefined;
    }
    this.#scrapes += 1;
    for (const fault of expositionFaults(text)) this.#faults.add(fault);
    for (const line of text.split('\n')) if (line.startsWith('#')) this.#help.add(line);
    const samples = parseMetrics(text);
    for (const sample of samples) {
      this.#series.add(seriesOf(sample));
      if (sample.name.startsWith('chat_connector_')) this.#values.add(sample.value);
    }
    return samples;
  }

  async #ask({ url }: Backend): Promise<string | undefined> {
    try {
      const answer = await fetch(`${url}/metrics`, {
        headers: { authorization: `Bearer ${METRICS_TOKEN}`, connection: 'close' },
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await answer.text();
      if (answer.status !== 200) this.#faults.add(`a scrape was answered ${answer.status}`);
      return answer.status === 200 ? text : undefined;
    } catch (error) {
      // Cut before the answer or in the middle of it. What hangs is a fault.
      if (error instanceof Error && error.name === 'TimeoutError') this.#faults.add('it hangs');
      return undefined;
    }
  }

  /** While a process lives, nothing it has counted is taken back. */
  #compare({ url }: Backend, samples: readonly Sample[]): void {
    const startedAt = samples.find(({ name }) => name === 'process_start_time_seconds')?.value;
    const process = `${url} ${startedAt}`;
    const former = this.#counters.get(process);
    const counters = samples.filter(({ name }) => COUNTER.test(name));
    const present = new Map(counters.map((sample) => [seriesOf(sample), sample.value]));
    this.#counters.set(process, present);
    for (const [series, value] of former ?? []) {
      if ((present.get(series) ?? 0) < value) this.#faults.add(`taken back: ${series}`);
    }
  }
}

function seriesOf({ name, labels }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
