/** What a cell of a table may hold; null and undefined are shown as a dash. */
export type Cell = string | number | boolean | Date | null | undefined;

const GAP = '  ';

/** Rows below their headings, as wide as they need to be; numbers to the right. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const texts = rows.map((row) => headings.map((_, column) => renderCell(row[column])));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumeric = headings.map((_, column) => {
    const cells = rows.map((row) => row[column]).filter((cell) => cell != null);
    return cells.length > 0 && cells.every((cell) => typeof cell === 'number');
  });
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return [line(headings), ...texts.map(line)].join('\n');
}

/** Facts below each other, their names in a column of their own. */
export function renderFacts(facts: readonly (readonly [name: string, value: Cell])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}${GAP}${renderCell(value)}`).join('\n');
}

/** A list with what is said below it; `none` in place of an empty one. */
export function renderList(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  { none, hasMore = false }: { none: string; hasMore?: boolean },
): string {
  if (rows.length === 0) return none;
  const table = renderTable(headings, rows);
  return hasMore ? `${table}\n\nThere are more: raise --limit.` : table;
}

/** `1 channel`, `2 channels`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `12.3 MB`. */
export function renderBytes(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** unit;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`;
}

function renderCell(value: Cell): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value instanceof Date) return `${value.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  // What others wrote must not steer the terminal.
  return String(value).replaceAll(/\p{C}/gu, '?');
}
