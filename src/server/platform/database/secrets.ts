import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { fewRandomBytes } from '../random-bytes.ts';

/** One key of `SECRET_KEYS`: `id:base64-of-32-bytes`. */
export interface SecretKey {
  id: string;
  key: Buffer;
}

/** Names the one place a sealed value belongs to: table, row and column. */
export type SealContext = `${string}:${string}:${string}`;

const FORMAT = 'v1';
const TAG_BYTES = 16;

/** The value cannot be opened: wrong or lost key, another row's value, or damage. Never says what was inside. */
export class CannotUnseal extends Error {
  constructor(reason: string, cause?: unknown) {
    super(`A stored secret cannot be opened: ${reason}.`, { cause });
    this.name = 'CannotUnseal';
  }
}

/**
 * Seals what must not lie readable in the database: AES-256-GCM, a random 96-bit IV, a key derived from
 * `SECRET_KEYS` for this purpose alone, and the value's place (table, row, column) as associated data, so
 * that a value moved elsewhere does not open. Text form: `v1.<key id>.<iv>.<ciphertext and tag>`.
 */
export class Secrets {
  readonly #keys: Map<string, KeyObject>;
  /** For signing what leaves the house, under the same ids. */
  readonly #signingKeys: Map<string, KeyObject>;
  readonly #writeId: string;

  /** The first key encrypts, all decrypt. */
  constructor(keys: readonly SecretKey[]) {
    const [first] = keys;
    if (!first) throw new Error('At least one secret key is needed.');
    this.#writeId = first.id;
    const derive = (purpose: string) =>
      new Map(
        // As key objects: preparing a key takes longer than sealing a message.
        keys.map(({ id, key }) => [
          id,
          createSecretKey(Buffer.from(hkdfSync('sha256', key, '', purpose, 32))),
        ]),
      );
    this.#keys = derive('kommo-chat-connector sealed values');
    this.#signingKeys = derive('kommo-chat-connector signed links');
  }

  /** HMAC-SHA256 of a text as base64url, after the id of the key: `<key id>.<signature>`. */
  sign(text: string): string {
    const key = this.#signingKeys.get(this.#writeId);
    if (key === undefined) throw new CannotUnseal('there is no key to sign with');
    return `${this.#writeId}.${signatureOf(key, text)}`;
  }

  /** Whether a text was signed here, under a key that is still in use. */
  isSigned(text: string, signature: string): boolean {
    const end = signature.lastIndexOf('.');
    const key = this.#signingKeys.get(signature.slice(0, Math.max(0, end)));
    if (key === undefined) return false;
    const given = Buffer.from(signature.slice(end + 1));
    const expected = Buffer.from(signatureOf(key, text));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  get writeKeyId(): string {
    return this.#writeId;
  }

  seal(plain: string, context: SealContext): string {
    const iv = fewRandomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.#writeId), iv, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.from(`${FORMAT}.${this.#writeId}.${context}`));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [FORMAT, this.#writeId, iv.toString('base64url'), body.toString('base64url')].join('.');
  }

  /** @throws CannotUnseal */
  unseal(sealed: string, context: SealContext): string {
    const [format, id, iv, body, ...rest] = sealed.split('.');
    if (format !== FORMAT || !id || !iv || !body || rest.length > 0) {
      throw new CannotUnseal('it is not in a known format');
    }
    const bytes = Buffer.from(body, 'base64url');
    if (bytes.length < TAG_BYTES) throw new CannotUnseal('it is cut short');
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        this.#key(id),
        Buffer.from(iv, 'base64url'),
        {
          authTagLength: TAG_BYTES,
        },
      );
      decipher.setAAD(Buffer.from(`${FORMAT}.${id}.${context}`));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return (
        decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch (cause) {
      if (cause instanceof CannotUnseal) throw cause;
      throw new CannotUnseal('the key or the place is wrong, or it was changed', cause);
    }
  }

  /**
   * What is inside, or undefined when it cannot be opened: for values that must stay removable and
   * replaceable when they are lost. A caller that meets undefined goes on as if there were no secret.
   */
  tryUnseal(sealed: string, context: SealContext): string | undefined {
    try {
      return this.unseal(sealed, context);
    } catch (error) {
      if (error instanceof CannotUnseal) return undefined;
      throw error;
    }
  }

  /** Whether the value was written under another than the first key and should be sealed again. */
  isStale(sealed: string): boolean {
    return sealed.split('.')[1] !== this.#writeId;
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (!key)
      throw new CannotUnseal(`SECRET_KEYS has no key named ${JSON.stringify(id.slice(0, 32))}`);
    return key;
  }
}

function signatureOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
