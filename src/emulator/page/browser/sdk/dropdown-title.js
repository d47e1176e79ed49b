// @ts-check
/** What the closed control `checkboxes_dropdown` says, when it is drawn and after each tick. */

/** More ticked labels than these become a number. */
const MAX_LABELS = 5;

/**
 * @param {string[]} ticked labels of the ticked items
 * @param {number} count of all items
 * @param {{ empty?: string | undefined, numeral?: string | undefined, showsValues?: boolean }} options
 *   `numeral`: forms of one word, `value,values,values`; `showsValues`: `values_title` names them even when all are ticked
 * @param {(key: string) => string} text the host's own words
 * @returns {string[]} one part for each label
 */
export function dropdownTitle(ticked, count, { empty, numeral, showsValues }, text) {
  const all = `${text('all')} ${numeralWord(numeral)}`.trim();
  if (ticked.length === 0) return [empty || all];
  if (ticked.length === count && numeral && !showsValues) return [all];
  const rest = ticked.length - MAX_LABELS;
  if (rest <= 0) return ticked;
  return [...ticked.slice(0, MAX_LABELS), text('nMore').replace('%s', String(rest))];
}

/**
 * The form of a word that follows "all".
 * @param {string | undefined} forms
 */
export function numeralWord(forms) {
  const [one = '', several] = String(forms ?? '').split(',');
  return (several ?? one).trim();
}
