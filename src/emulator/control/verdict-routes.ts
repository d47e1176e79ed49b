import type { LogEntry } from '../engine/log.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import { routesUnder } from './controlled.ts';

/** Of lines that a verdict lists. */
const LISTED = 100;

interface Verdict {
  /** Whether a widget ran, and nothing of what counts is in the log. */
  ok: boolean;
  /** One sentence for a person. */
  summary: string;
  errors: number;
  warnings: number;
  /** Recorded callbacks of the widget: none means that nothing was tried. */
  callbacks: number;
  /** What counted, oldest first, at most 100 lines. */
  lines: { at: number; kind: string; name: string; message: string }[];
}

/**
 * Judges a run by the log, so that a pipeline can fail: 200 when it is clean, 417 when it is not. `?fail=warning` counts
 * warnings, too; each `?ignore=` leaves out the lines that contain its text.
 */
export function verdictRoutes(): Route[] {
  const statusOf = (verdict: unknown) => ((verdict as Verdict).ok ? 200 : 417);
  return [routesUnder('')('GET', '/verdict', (exchange) => judge(exchange), { statusOf })];
}

function judge({ world, url }: Exchange): Verdict {
  const fail = url.searchParams.get('fail') ?? 'error';
  if (fail !== 'error' && fail !== 'warning') {
    throw new TypeError('fail: error or warning is expected');
  }
  const ignored = url.searchParams.getAll('ignore').filter((text) => text !== '');
  const entries = world.log.list();
  const found = entries.flatMap((entry) => {
    if (entry.kind !== 'error' && entry.kind !== 'warning') return [];
    const line = lineOf(entry);
    const text = `${line.name}: ${line.message}`;
    return ignored.some((part) => text.includes(part)) ? [] : [line];
  });
  const count = (kind: string) => found.filter((line) => line.kind === kind).length;
  const errors = count('error');
  const warnings = count('warning');
  const callbacks = entries.filter(isCallback).length;
  const counting = found.filter(({ kind }) => kind === 'error' || fail === 'warning');
  const lost = world.log.droppedSince();
  const ok = counting.length === 0 && callbacks > 0 && lost === 0;
  let summary = `${errors} error(s), ${warnings} warning(s), ${callbacks} callback(s) of the widget.`;
  if (callbacks === 0) summary += ' No widget ran, so nothing was tried.';
  if (lost > 0) summary += ` ${lost} older lines are lost: clear the log before a run.`;
  return { ok, summary, errors, warnings, callbacks, lines: counting.slice(0, LISTED) };
}

/** A callback that ran; the page also records those that a widget does not have. */
function isCallback({ kind, detail }: LogEntry): boolean {
  const { message } = (detail ?? {}) as { message?: unknown };
  return kind === 'callback' && /^(returned|resolved|failed)/.test(String(message));
}

function lineOf({ at, kind, name, detail }: LogEntry): Verdict['lines'][number] {
  const isObject = typeof detail === 'object' && detail !== null;
  const message = isObject ? (detail as { message?: unknown }).message : detail;
  return { at, kind, name, message: String(message ?? JSON.stringify(detail)) };
}
