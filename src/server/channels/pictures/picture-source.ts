import { createHash } from 'node:crypto';
import { ConnectorError, type PicturedAccount, type Tools } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { findAttempt } from '../attempts/rows.ts';
import { toolsFor, toolsForAttempt } from '../connector-tools.ts';
import { imageType } from './image-type.ts';
import { isFresh, isOpenPictureLink, PICTURE_AGE_MS, type PictureLink } from './picture-link.ts';
import { findPicturedChannel, keepPicture, type PicturedChannel, putOffPicture } from './rows.ts';

/** A service that failed is left alone for this long. */
const REST_MS = 10 * 60_000;

/** Larger pictures are none to us. */
const MAX_BYTES = 1024 * 1024;

interface Picture {
  image: Buffer;
  type: string;
}

/** Who is asked for a picture, and whose. */
interface Question {
  connector: string;
  tools: Tools;
  credentials: Record<string, unknown>;
  account: PicturedAccount;
}

/**
 * Shows the pictures of signed-in accounts. A channel's is fetched when somebody looks at it and kept for a day; one of
 * an account that waits for a yes is not kept. Whoever asks while one is being fetched gets the same.
 */
export class PictureSource {
  readonly #context: Context;
  readonly #fetching = new Map<string, Promise<Picture | undefined>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * @returns undefined when there is no picture to be had now
   * @throws AppError `not_found` for a link that is not ours, has ended, or names nobody any more: all alike
   */
  async open(link: PictureLink): Promise<Picture | undefined> {
    if (!isOpenPictureLink(this.#context, link)) throw new AppError('not_found');
    const { id } = link;
    const fetching = this.#fetching.get(id) ?? this.#find(id);
    this.#fetching.set(id, fetching);
    try {
      return await fetching;
    } finally {
      this.#fetching.delete(id);
    }
  }

  async #find(id: string): Promise<Picture | undefined> {
    const { db, secrets } = this.#context;
    const channel = await findPicturedChannel(db, secrets, id);
    return channel === undefined ? this.#findOfAttempt(id) : this.#findOfChannel(channel);
  }

  async #findOfChannel(channel: PicturedChannel): Promise<Picture | undefined> {
    const { db, secrets, now } = this.#context;
    const known = typed(channel.image);
    if (isFresh(this.#context, channel.pictureAt)) return known;
    const { connector, credentials, webhookSecret: secret, externalId, avatarUrl } = channel;
    if (credentials === undefined || secret === undefined) return known;
    const tools = toolsFor(this.#context, connector, { id: channel.id, secret });
    const account = { externalId, ...(avatarUrl !== null && { avatarUrl }) };
    const answer = await this.#ask({ connector, tools, credentials, account });
    if (answer === 'failed') {
      await putOffPicture(db, channel, new Date(now().getTime() - PICTURE_AGE_MS + REST_MS));
      return known;
    }
    const kept = answer && { image: answer.image, mark: markOf(answer.image) };
    await keepPicture(db, secrets, channel, kept, now());
    return answer;
  }

  async #findOfAttempt(id: string): Promise<Picture | undefined> {
    const attempt = await findAttempt(this.#context.db, this.#context.secrets, id);
    const candidate = attempt?.state === 'confirm' ? attempt.candidate : null;
    if (!attempt || !candidate) throw new AppError('not_found');
    const { connector } = attempt;
    const { credentials, ...account } = candidate;
    const tools = toolsForAttempt(this.#context, attempt);
    const answer = await this.#ask({ connector, tools, credentials, account });
    return answer === 'failed' ? undefined : answer;
  }

  async #ask(question: Question): Promise<Picture | undefined | 'failed'> {
    const { connector, tools, credentials, account } = question;
    try {
      const { connectors } = this.#context;
      return typed(await connectors.find(connector)?.findPicture?.(tools, credentials, account));
    } catch (error) {
      const details = { err: error, connector };
      if (!(error instanceof ConnectorError)) {
        this.#context.log.error(details, 'a picture could not be fetched');
      }
      return 'failed';
    }
  }
}

function typed(image: Buffer | undefined): Picture | undefined {
  if (image === undefined || image.length > MAX_BYTES) return undefined;
  const type = imageType(image);
  return type === undefined ? undefined : { image, type };
}

/** Changes with the picture, and tells nothing of it. */
function markOf(image: Buffer): string {
  return createHash('sha256').update(image).digest('base64url').slice(0, 12);
}
