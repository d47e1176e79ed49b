import type { FieldFault } from '../problems.ts';
import type { Item } from './bodies.ts';

/** What the table of a method says about a field of its request. */
export interface FieldRule {
  type: 'string' | 'int' | 'bool' | 'array' | 'object';
  isRequired?: boolean;
}

/** The faults of one item by the codes of https://www.amocrm.ru/developers/content/crm_platform/error-codes */
export function checkFields(
  item: Item,
  index: number,
  rules: Record<string, FieldRule>,
): FieldFault[] {
  return Object.entries(rules).flatMap(([name, { type, isRequired = false }]) => {
    const value = item[name];
    if (value === undefined) {
      return isRequired ? [fieldFault('FieldMissing', index, name, 'This field is missing.')] : [];
    }
    if (isOf(type, value)) return [];
    return [fieldFault('InvalidType', index, name, `This value should be of type ${type}.`)];
  });
}

export function fieldFault(code: string, index: number, name: string, detail: string): FieldFault {
  return { code, path: `${index}.${name}`, detail };
}

function isOf(type: FieldRule['type'], value: unknown): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'int') return Number.isInteger(value);
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'array') return Array.isArray(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
