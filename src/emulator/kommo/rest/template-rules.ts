import type { Template } from '../entities.ts';
import type { FieldFault } from '../problems.ts';

/** An item of a request, not yet checked. */
export type TemplateInput = Record<string, unknown>;

const CATEGORIES = ['UTILITY', 'AUTHENTICATION', 'MARKETING'];

/** What Kommo would refuse in one template. `current`: the template to change. */
export function checkTemplate(
  item: TemplateInput,
  index: number,
  isNew: boolean,
  current?: Template,
): FieldFault[] {
  const fault = (code: string, field: string, detail: string): FieldFault => ({
    code,
    path: `${index}.${field}`,
    detail,
  });
  if (!isNew && current === undefined) {
    return [fault('EntityNotFound', 'id', `template with id = ${item.id} not found`)];
  }
  const faults: FieldFault[] = [];
  for (const name of ['name', 'content']) {
    const value = item[name];
    if (value === undefined && !isNew) continue;
    if (value === undefined) faults.push(fault('FieldMissing', name, 'This field is missing.'));
    else if (typeof value !== 'string' || value.trim() === '') {
      faults.push(fault('NotBlank', name, 'This value should not be blank.'));
    }
  }
  if (item.type !== undefined && item.type !== 'amocrm' && item.type !== 'waba') {
    faults.push(fault('NotSupportedChoice', 'type', 'amocrm or waba is expected.'));
  }
  if (item.waba_category != null && !CATEGORIES.includes(String(item.waba_category))) {
    faults.push(fault('NotSupportedChoice', 'waba_category', `One of ${CATEGORIES.join(', ')}.`));
  }
  if (typeof item.waba_header === 'string' && item.waba_header.length > 60) {
    faults.push(fault('TooLong', 'waba_header', 'It should have 60 characters or less.'));
  }
  faults.push(...checkButtons(item.buttons, fault));
  const isReviewed = (current?.reviews.length ?? 0) > 0;
  if (current?.type === 'waba' && isReviewed) {
    faults.push(fault('NotEditable', 'id', 'A template sent for review cannot be changed.'));
  }
  return faults;
}

function checkButtons(
  buttons: unknown,
  fault: (code: string, field: string, detail: string) => FieldFault,
): FieldFault[] {
  if (buttons === undefined || buttons === null) return [];
  if (!Array.isArray(buttons)) return [fault('InvalidType', 'buttons', 'A list is expected.')];
  const types = new Set(buttons.map((button: { type?: unknown } | null) => button?.type));
  const isKnown = [...types].every((type) => type === 'inline' || type === 'url');
  // All buttons of a template are of one kind.
  if (isKnown && types.size <= 1) return [];
  return [fault('NotSupportedChoice', 'buttons', 'Buttons are all inline or all url.')];
}
