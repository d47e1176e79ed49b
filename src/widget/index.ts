import type { KommoWidget } from './kommo.ts';
import { createCallbacks } from './widget.ts';

/**
 * The constructor Kommo calls with `new`. A plain function, because Kommo puts its own methods on the
 * prototype. Kommo loads this file on every page of the account, so it holds nothing else.
 */
export default function ChatConnector(this: KommoWidget): KommoWidget {
  this.callbacks = createCallbacks(this);
  return this;
}
