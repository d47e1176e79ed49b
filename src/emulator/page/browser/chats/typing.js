// @ts-check
import { sayError } from './notice.js';
import { ask } from './requests.js';

/** Kommo tells of typing at most so often. */
const PAUSE_MS = 5000;

/** Tells the integration that a user writes. */
export class Typing {
  /** A person may not want it. */
  isTold = true;
  #toldAt = 0;

  /** After a message, or in another chat, typing is news again. */
  restart() {
    this.#toldAt = 0;
  }

  /**
   * @param {string | null} chat
   * @param {string} sender
   */
  tell(chat, sender) {
    const now = Date.now();
    if (!this.isTold || chat === null || now - this.#toldAt < PAUSE_MS) return;
    this.#toldAt = now;
    ask('/typing', { chat, sender }).catch(sayError);
  }
}
