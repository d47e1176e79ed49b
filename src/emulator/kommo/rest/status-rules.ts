import type { FieldFault } from '../problems.ts';
import type { Item } from './bodies.ts';
import { checkFields, fieldFault } from './field-rules.ts';

/** The colours a stage may have: https://www.amocrm.ru/developers/content/crm_platform/leads_pipelines */
export const COLORS = [
  ...['#fffeb2', '#fffd7f', '#fff000', '#ffeab2', '#ffdc7f', '#ffce5a', '#ffdbdb'],
  ...['#ffc8c8', '#ff8f92', '#d6eaff', '#c1e0ff', '#98cbff', '#ebffb1', '#deff81'],
  ...['#87f2c0', '#f9deff', '#f3beff', '#ccc8f9', '#eb93ff', '#f2f3f4', '#e6e8ea'],
] as const;

const LEVELS = ['newbie', 'candidate', 'master'];
const DESCRIPTION_MAX = 1000;

/** What Kommo would refuse in one stage; which codes it uses here is not documented. */
export function checkStatus(item: Item, index: number, isNew: boolean): FieldFault[] {
  const faults = checkFields(item, index, {
    name: { type: 'string', isRequired: isNew },
    sort: { type: 'int', isRequired: isNew },
    color: { type: 'string' },
    descriptions: { type: 'array' },
  });
  const fault = (code: string, name: string, detail: string) =>
    fieldFault(code, index, name, detail);
  if (typeof item.name === 'string' && item.name.trim() === '') {
    faults.push(fault('NotBlank', 'name', 'This value should not be blank.'));
  }
  const isKnown = COLORS.some((color) => color === String(item.color).toLowerCase());
  if (typeof item.color === 'string' && !isKnown) {
    faults.push(fault('NotSupportedChoice', 'color', `One of ${COLORS.join(', ')}.`));
  }
  return [...faults, ...checkDescriptions(item.descriptions, fault)];
}

type MakeFault = (code: string, name: string, detail: string) => FieldFault;

/** One for each level, of at most 1000 characters. Without a text, a description is deleted. */
function checkDescriptions(given: unknown, fault: MakeFault): FieldFault[] {
  if (!Array.isArray(given)) return [];
  const levels = new Set<unknown>();
  return given.flatMap((one: Item | null, position) => {
    const path = `descriptions.${position}`;
    const level = one?.level;
    const text = one?.description;
    if (!LEVELS.includes(String(level))) {
      return [fault('NotSupportedChoice', `${path}.level`, `One of ${LEVELS.join(', ')}.`)];
    }
    if (levels.has(level)) {
      return [fault('NotUnique', `${path}.level`, 'One description for each level.')];
    }
    levels.add(level);
    if (text === undefined) return [];
    if (typeof text !== 'string') {
      return [fault('InvalidType', `${path}.description`, 'This value should be of type string.')];
    }
    if ([...text].length <= DESCRIPTION_MAX) return [];
    return [fault('TooLong', `${path}.description`, `At most ${DESCRIPTION_MAX} characters.`)];
  });
}
