/** The known name a wrong one was probably meant to be. */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  const plain = flatten(name);
  const same = known.find((one) => flatten(one) === plain);
  if (same !== undefined) return same;
  const allowed = plain.length <= 4 ? 1 : 2;
  const [closest] = known
    .map((one) => ({ one, edits: distance(plain, flatten(one)) }))
    .sort((left, right) => left.edits - right.edits);
  return closest !== undefined && closest.edits <= allowed ? closest.one : undefined;
}

function flatten(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Letters to add, take away, replace or swap. */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      const edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(isSwap ? Math.min(edits, (before[column - 2] ?? edits) + 1) : edits);
    }
    before = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
