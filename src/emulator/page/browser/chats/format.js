// @ts-check
/** Times, days and sizes as texts. */

/** How far the emulator's clock is ahead of the browser's, in milliseconds. */
let ahead = 0;

/** @param {number} now the emulator's time */
export function setClock(now) {
  ahead = now - Date.now();
}

export function emulatorNow() {
  return Date.now() + ahead;
}

const TIME = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long' });
const DAY_OF_YEAR = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const SHORT_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const DAY_MS = 86_400_000;

/** @param {number} at */
export function timeOf(at) {
  return TIME.format(at);
}

/** @param {number} at */
export function dayOf(at) {
  return relativeDay(at) ?? (isThisYear(at) ? DAY : DAY_OF_YEAR).format(at);
}

/** The time today, else the day. @param {number} at */
export function shortTime(at) {
  const day = relativeDay(at);
  if (day === 'Today') return timeOf(at);
  return day ?? (isThisYear(at) ? SHORT_DAY : DAY_OF_YEAR).format(at);
}

/** @param {number} at */
function relativeDay(at) {
  const day = new Date(at).toDateString();
  if (day === new Date(emulatorNow()).toDateString()) return 'Today';
  return day === new Date(emulatorNow() - DAY_MS).toDateString() ? 'Yesterday' : undefined;
}

/** @param {number} at */
function isThisYear(at) {
  return new Date(at).getFullYear() === new Date(emulatorNow()).getFullYear();
}

/** @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const isMega = bytes >= 1024 * 1024;
  const value = bytes / (isMega ? 1024 * 1024 : 1024);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${isMega ? 'MB' : 'KB'}`;
}

/** @param {string} name */
export function initialsOf(name) {
  const letters = name
    .split(/\s+/)
    .map((part) => [...part].find((char) => /[\p{L}\p{N}]/u.test(char)) ?? '');
  return letters.join('').slice(0, 2).toUpperCase() || '?';
}
