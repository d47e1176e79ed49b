// @ts-check
/**
 * As much of Backbone 1.1.2 as the page itself uses; widgets get all of it.
 * @typedef {{ get(name: string): unknown, set(name: string, value: unknown): void, has(name: string): boolean, attributes: Record<string, unknown>, defaults?: object, [member: string]: unknown }} Model
 * @typedef {{ models: Model[], get(id: unknown): Model | undefined, findWhere(wanted: object): Model | undefined }} Collection
 */

/** @returns {{ Model: new (data: object) => Model, Collection: new (rows: object[]) => Collection }} */
export function backbone() {
  return /** @type {{ Backbone: never }} */ (/** @type {unknown} */ (window)).Backbone;
}
