import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

export const BULK_BYTES = 48 * 1024 * 1024;

const PIECE = Buffer.alloc(64 * 1024, 'canary-bulk ');

/** Counts what one side has made and the other has not taken yet: what is held in between. */
export class Flow {
  made = 0;
  taken = 0;
  mostHeld = 0;

  /** A large file, made as fast as it is asked for. */
  source(bytes = BULK_BYTES): Readable {
    return Readable.from(this.#pieces(bytes), { objectMode: false });
  }

  take(bytes: number): void {
    this.taken += bytes;
  }

  *#pieces(bytes: number): Generator<Buffer> {
    while (this.made < bytes) {
      this.made += PIECE.length;
      this.mostHeld = Math.max(this.mostHeld, this.made - this.taken);
      yield PIECE;
    }
  }
}

/** JSON, or a large file: as it is, or in base64 as the member `base64` of JSON. */
export type BulkAnswer = object | 'file' | 'base64';

/** Takes whatever is sent and answers as told. */
export async function startBulkServer(
  answer: (path: string) => BulkAnswer,
  flow: Flow,
): Promise<{ port: number; close(): Promise<void> }> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const piece of request as AsyncIterable<Buffer>) flow.take(piece.length);
    const given = answer(request.url ?? '');
    if (given === 'base64') {
      response.writeHead(200, { 'content-type': 'application/json' });
      Readable.from(inBase64(flow.source())).pipe(response);
      return;
    }
    if (given !== 'file') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
      return;
    }
    response.writeHead(200, { 'content-length': BULK_BYTES });
    flow.source().pipe(response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function* inBase64(source: Readable): AsyncGenerator<string> {
  yield '{"mimetype":"application/octet-stream","base64":"';
  let waiting = Buffer.alloc(0);
  for await (const piece of source as AsyncIterable<Buffer>) {
    const all = Buffer.concat([waiting, piece]);
    const whole = all.length - (all.length % 3);
    yield all.toString('base64', 0, whole);
    waiting = all.subarray(whole);
  }
  yield `${waiting.toString('base64')}","buffer":null}`;
}
