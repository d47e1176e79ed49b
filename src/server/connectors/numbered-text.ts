import type { MessageButton } from './messages.ts';
import { plainLine } from './plain-text.ts';

/** Nobody reads more of one entry. */
const LONGEST_ENTRY = 1024;
const LONGEST_ADDRESS = 2048;

/**
 * Buttons and lists for services that have none that surely show: the text, then one line for each choice
 * (`1. Yes`), which a client answers in words or by its number, and one for each link (`Shop: https://…`), which
 * cannot be answered and so has no number.
 *
 * @returns undefined when there is neither a text nor a button with something in it
 */
export function numberedText(
  text: string | undefined,
  buttons: readonly (readonly MessageButton[])[] = [],
): string | undefined {
  const lines: string[] = [];
  let number = 0;
  for (const button of buttons.flat()) {
    const name = plainLine(button.text, LONGEST_ENTRY);
    const address = plainLine(button.url, LONGEST_ADDRESS);
    if (address !== undefined) {
      lines.push(name === undefined || name === address ? address : `${name}: ${address}`);
    } else if (name !== undefined) {
      number += 1;
      lines.push(`${number}. ${name}`);
    }
  }
  const head = text?.trim() ? text : undefined;
  const all = [head, lines.length > 0 ? lines.join('\n') : undefined];
  const present = all.filter((part) => part !== undefined);
  return present.length === 0 ? undefined : present.join('\n\n');
}
