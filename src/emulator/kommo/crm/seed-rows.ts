import { checkShape, type Faults, type Item, isItem, type Shape } from './shape.ts';

/** An item of a list, merged over the built-in one of the same id, and what of it the seed itself says. */
export interface SeedRow {
  path: string;
  item: Item & { id: number };
  given: ReadonlySet<string>;
}

/**
 * Checks a given list and merges each item over the built-in one of the same id; without a list, the built-in one.
 * Faulty items are reported and left out.
 * @param keyOf what two items may not share
 */
export function seedRows(
  path: string,
  given: unknown,
  builtIn: readonly object[],
  shape: Shape,
  faults: Faults,
  keyOf: (item: Item) => string = ({ id }) => String(id),
): SeedRow[] {
  const known = builtIn as readonly (Item & { id: number })[];
  if (given === undefined) {
    return known.map((item) => ({ path, item, given: new Set<string>() }));
  }
  if (!Array.isArray(given)) {
    faults.add(path, 'a list is expected');
    return [];
  }
  const seen = new Set<string>();
  return given.flatMap((one: unknown, index) => {
    const place = `${path}[${index}]`;
    if (!checkShape(place, one, shape, faults) || !isItem(one)) return [];
    const item = one as Item & { id: number };
    if (seen.has(keyOf(item))) {
      faults.add(`${place}.id`, `${item.id} is taken by an item before; give each its own id`);
      return [];
    }
    seen.add(keyOf(item));
    const base = known.find((one) => keyOf(one) === keyOf(item));
    return [{ path: place, item: { ...base, ...item }, given: new Set(Object.keys(item)) }];
  });
}
