const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a text from outside can be the id of one of our rows. Anything else is unknown by its shape,
 * and the database would refuse it as an error instead of finding nothing.
 */
export function isRowId(text: string): boolean {
  return UUID.test(text);
}
