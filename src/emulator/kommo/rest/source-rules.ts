import type { Account, Source } from '../entities.ts';
import type { FieldFault } from '../problems.ts';

/** An item of a request, not yet checked. */
export type SourceInput = Record<string, unknown>;

export interface SourceRules {
  account: Account;
  externalIdMax: number;
  /** `external_id`s that other sources of the integration have. */
  taken: Set<string>;
  isNew: boolean;
  /** The source to change. */
  current?: Source;
}

/**
 * What Kommo would refuse in one item. The codes come from its general error page; which ones the
 * sources API uses is not documented.
 */
export function checkSource(item: SourceInput, index: number, rules: SourceRules): FieldFault[] {
  const fault = (code: string, field: string, detail: string): FieldFault => ({
    code,
    path: `${index}.${field}`,
    detail,
  });
  return [
    ...checkName(item, rules, fault),
    ...checkExternalId(item, rules, fault),
    ...checkPipeline(item, rules, fault),
    ...(item.default === undefined || typeof item.default === 'boolean'
      ? []
      : [fault('InvalidType', 'default', 'This value should be of type bool.')]),
    ...checkOriginCode(item, fault),
    ...checkServices(item, fault),
  ];
}

type MakeFault = (code: string, field: string, detail: string) => FieldFault;

function checkName({ name }: SourceInput, { isNew }: SourceRules, fault: MakeFault): FieldFault[] {
  if (name === undefined) return isNew ? [missing('name', fault)] : [];
  if (typeof name !== 'string') {
    return [fault('InvalidType', 'name', 'This value should be of type string.')];
  }
  if (name.trim() === '') return [fault('NotBlank', 'name', 'This value should not be blank.')];
  if (name.length <= 255) return [];
  return [
    fault('TooLong', 'name', 'This value is too long. It should have 255 characters or less.'),
  ];
}

function checkExternalId(item: SourceInput, rules: SourceRules, fault: MakeFault): FieldFault[] {
  const id = item.external_id;
  if (id === undefined) return rules.isNew ? [missing('external_id', fault)] : [];
  if (typeof id !== 'string') {
    return [fault('InvalidType', 'external_id', 'This value should be of type string.')];
  }
  if (!rules.isNew) {
    if (id === rules.current?.external_id) return [];
    return [fault('NotSupportedChoice', 'external_id', 'The external id cannot be changed.')];
  }
  if (id.length > rules.externalIdMax) {
    const detail = `This value is too long. It should have ${rules.externalIdMax} characters or less.`;
    return [fault('TooLong', 'external_id', detail)];
  }
  if (!/^[\x20-\x7e]+$/.test(id)) {
    return [fault('InvalidFormat', 'external_id', 'Printable ASCII characters are expected.')];
  }
  if (!rules.taken.has(id)) return [];
  return [fault('NotUnique', 'external_id', 'A source with this external id exists already.')];
}

function checkPipeline(item: SourceInput, rules: SourceRules, fault: MakeFault): FieldFault[] {
  const id = item.pipeline_id;
  if (id === undefined) return [];
  if (!Number.isInteger(id)) {
    return [fault('InvalidType', 'pipeline_id', 'This value should be of type int.')];
  }
  // An archived pipeline is accepted, as the documentation says.
  if (rules.account.pipelines.some((pipeline) => pipeline.id === id)) return [];
  return [
    fault('NotSupportedChoice', 'pipeline_id', 'The value you selected is not a valid choice.'),
  ];
}

function checkOriginCode({ origin_code: code }: SourceInput, fault: MakeFault): FieldFault[] {
  if (code === undefined) return [];
  if (typeof code !== 'string') {
    return [fault('InvalidType', 'origin_code', 'This value should be of type string.')];
  }
  if (code.length <= 20 && !/^[\d'"]*$/.test(code)) return [];
  return [
    fault('InvalidFormat', 'origin_code', 'At most 20 characters, not only digits or quotes.'),
  ];
}

function checkServices({ services }: SourceInput, fault: MakeFault): FieldFault[] {
  if (services === undefined) return [];
  if (!Array.isArray(services)) {
    return [fault('InvalidType', 'services', 'This value should be of type array.')];
  }
  return services.flatMap((service: unknown, position) => {
    const { type } = (service ?? {}) as { type?: unknown };
    if (type === 'whatsapp') return [];
    const detail = 'The value you selected is not a valid choice.';
    return [fault('NotSupportedChoice', `services.${position}.type`, detail)];
  });
}

function missing(field: string, fault: MakeFault): FieldFault {
  return fault('FieldMissing', field, 'This field is missing.');
}
