// @ts-check
/**
 * Brings the page's record to the emulator without losing any of it: in order, in batches that a browser also takes from a
 * page that is being left, again after a failure. Pure: how it posts, waits and keeps is handed in.
 */

/**
 * Browsers refuse the body of a keepalive request, and all of them together, above 64 KiB.
 * (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch)
 */
export const BATCH_BYTES = 60_000;
/** An entry beyond this is cut: nobody reads on, and the emulator keeps the log in memory. */
const ENTRY_BYTES = 500_000;
const BEGINNING = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** @typedef {{ first: number, body: string, isLeaving: boolean }} Batch `first`: number of the first entry in it */
/**
 * @typedef {object} Means
 * @property {(batch: Batch) => Promise<number>} post status of the answer; rejected if there was none
 * @property {(ms: number) => Promise<void>} pause
 * @property {(unsent: number) => void} tell how many entries could not be sent so far; 0 when all were
 * @property {(entries: number, attempts: number) => void} late what was sent after failures
 */

/**
 * An entry as JSON, cut with a note of its full size where it is enormous.
 * @param {Record<string, unknown> & { detail: Record<string, unknown> }} entry
 */
export function serialise(entry) {
  const json = JSON.stringify(entry);
  const size = bytesOf(json);
  if (size <= ENTRY_BYTES) return json;
  const message = String(entry.detail.message).slice(0, 1000);
  const beginning = json.slice(0, BEGINNING);
  return JSON.stringify({ ...entry, detail: { message, cut: `of ${size} bytes`, beginning } });
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

/**
 * As many entries from the beginning as fit into one batch; one that is larger goes alone.
 * @param {readonly { json: string, bytes: number }[]} queue
 */
function fitting(queue) {
  let bytes = 2;
  let count = 0;
  for (const one of queue) {
    bytes += one.bytes + 1;
    if (count > 0 && bytes > BATCH_BYTES) break;
    count += 1;
  }
  return count;
}

/** @param {Means} means */
export function createSender({ post, pause, tell, late }) {
  /** Not known to have arrived, oldest first. @type {{ json: string, bytes: number }[]} */
  let queue = [];
  /** Number of the first in the queue: the emulator passes over what it has had. */
  let first = 0;
  let isRunning = false;
  let failures = 0;
  /** @type {{ upTo: number, done: (isSent: boolean) => void }[]} */
  let waiting = [];

  const settle = (/** @type {boolean} */ isFailed) => {
    const ready = waiting.filter(({ upTo }) => isFailed || upTo <= first);
    waiting = waiting.filter((one) => !ready.includes(one));
    for (const { upTo, done } of ready) done(upTo <= first);
  };

  const arrived = (/** @type {number} */ count) => {
    queue = queue.slice(count);
    first += count;
    if (failures > 0) {
      const attempts = failures;
      failures = 0;
      tell(0);
      late(count, attempts);
    }
    settle(false);
  };

  const failed = async () => {
    failures += 1;
    tell(queue.length);
    settle(true);
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS));
  };

  const run = async () => {
    isRunning = true;
    // What is recorded in the same turn goes together.
    await Promise.resolve();
    let most = Number.POSITIVE_INFINITY;
    while (queue.length > 0) {
      const count = Math.min(fitting(queue), most);
      const status = await post(batch(0, count, false)).catch(() => 0);
      if (status >= 200 && status < 300) {
        most = Number.POSITIVE_INFINITY;
        arrived(count);
      } else if (status >= 400 && status < 500 && count > 1) {
        // One of them is at fault: it is found by sending them one by one.
        most = 1;
      } else if (status === 400 || status === 413) {
        const [{ bytes } = { bytes: 0 }] = queue;
        const json = serialise(refused(bytes, status));
        queue[0] = { json, bytes: bytesOf(json) };
        await failed();
      } else await failed();
    }
    isRunning = false;
  };

  /**
   * @param {number} from
   * @param {number} count
   * @param {boolean} isLeaving
   * @returns {Batch}
   */
  const batch = (from, count, isLeaving) => ({
    first: first + from,
    body: `[${queue
      .slice(from, from + count)
      .map(({ json }) => json)
      .join(',')}]`,
    isLeaving,
  });

  return {
    /** @param {string} json */
    add(json) {
      queue.push({ json, bytes: bytesOf(json) });
      if (failures > 0) tell(queue.length);
      if (!isRunning) void run();
    },
    /** Settles once the emulator has what was added before, or could not be given it. */
    sent() {
      const upTo = first + queue.length;
      if (upTo <= first) return Promise.resolve(true);
      return new Promise((/** @type {(isSent: boolean) => void} */ done) => {
        waiting.push({ upTo, done });
      });
    },
    /**
     * The page is being left, and what is under way may be cut off with it: sends what one last batch may hold.
     * @returns {Batch | undefined} everything, for whoever can keep it until the next page
     */
    leave() {
      if (queue.length === 0) return undefined;
      const count = fitting(queue);
      if ((queue[0]?.bytes ?? 0) < BATCH_BYTES)
        void post(batch(0, count, true)).catch(() => undefined);
      return batch(0, queue.length, false);
    },
  };
}

/**
 * @param {number} bytes
 * @param {number} status
 */
function refused(bytes, status) {
  const message = `an entry of ${bytes} bytes was refused with ${status}`;
  return { at: Date.now(), kind: 'error', name: 'log', detail: { message } };
}
