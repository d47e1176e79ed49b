/** Uploaded bytes that are kept, all together; the oldest go first. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Small uploads of a double, by an id, as long as there is room. They live with the process, not in the state. */
export class KeptUploads {
  readonly #uploads = new Map<string, Buffer>();
  #bytes = 0;

  keep(id: string, bytes: Buffer): void {
    if (this.#uploads.has(id)) return;
    this.#uploads.set(id, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, kept] of this.#uploads) {
      if (this.#bytes <= KEPT_BYTES || oldest === id) break;
      this.#uploads.delete(oldest);
      this.#bytes -= kept.length;
    }
  }

  find(id: string): Buffer | undefined {
    return this.#uploads.get(id);
  }
}
