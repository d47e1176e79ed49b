import type { ConnectorField } from '../../../contract/connectors.ts';

/** Of a shorter key four characters would tell too much. */
const SHORTEST_KEY = 12;

/** The last four characters of the key among the submitted values: how people tell their keys apart. */
export function keyEnding(
  fields: readonly ConnectorField[],
  values: Record<string, string>,
): string | undefined {
  const secret = fields.find((field) => field.secret && values[field.name] !== undefined);
  const key = (secret && values[secret.name]) ?? '';
  return key.length < SHORTEST_KEY ? undefined : key.slice(-4);
}
