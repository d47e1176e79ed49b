import type { Clock } from './clock.ts';

/** The server sends comments, so a stream that is silent for longer is stuck in a proxy. */
const SILENCE_MS = 40_000;

/**
 * Follows a stream of the backend until it ends, is cut or falls silent. Never rejects.
 *
 * @param open asks for the stream
 * @returns the status the backend answered with instead of a stream, if it did
 */
export async function followEvents(
  clock: Clock,
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<Response>,
  onData: (data: string) => void,
): Promise<number | undefined> {
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  let lastByteAt = clock.now();
  void (async () => {
    while (!ending.signal.aborted) {
      await clock.wait(SILENCE_MS / 2, ending.signal);
      if (clock.now() - lastByteAt > SILENCE_MS) end();
    }
  })();
  try {
    const response = await open(ending.signal);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) return response.status;
    const onBytes = () => {
      lastByteAt = clock.now();
    };
    for await (const data of readEvents(response.body, onBytes)) {
      onData(data);
      if (signal.aborted) break;
    }
  } catch {
    // Cut: whoever follows decides what to do next.
  } finally {
    end();
    signal.removeEventListener('abort', end);
  }
  return undefined;
}

/** Resolves once the tab is visible, or the signal aborts: a hidden tab needs no news. */
export function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function check() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal.removeEventListener('abort', check);
      resolve();
    }
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check);
    check();
  });
}

/**
 * Reads the `data` of server-sent events from a response. `EventSource` cannot send a key in a header, and a key must
 * not appear in a URL.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
        if (line !== '' || data.length === 0) continue;
        yield data.join('\n');
        data = [];
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
