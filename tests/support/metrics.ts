/** A token for `/metrics`, to be set as METRICS_TOKEN. */
export const METRICS_TOKEN = 'a-token-that-prometheus-brings';

/** One line of a scrape. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What Prometheus would read. @throws when a line is none that it could read */
export function parseMetrics(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name = '', inBraces = '', value] =
      /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
    if (name === '') throw new Error(`No line of Prometheus text: ${line}`);
    const pairs = [...inBraces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, label = '', given = '']) => [label, given]));
    return { name, labels, value: Number(value) };
  });
}

/** Asks a backend at `url` for its figures, as Prometheus would. */
export async function scrape(url: string): Promise<Sample[]> {
  const answer = await fetch(`${url}/metrics`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`The scrape was answered ${answer.status}: ${text}`);
  return parseMetrics(text);
}

/** The sum of a figure of ours over all samples with these labels; undefined when there is none. */
export function figure(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === `chat_connector_${name}` &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
