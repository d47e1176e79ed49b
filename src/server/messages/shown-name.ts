/** Six digits, in whatever script and however they are parted, may be those of a number. */
const NUMBER = /(?:\p{Nd}[^\p{L}\p{Nd}]*){6}/u;

/** How somebody is named outside the chat. A name that holds a number stays here. */
export function shownName(name: string): string {
  return NUMBER.test(name) ? '' : name;
}
