import type { SeedField } from './seed-lists.ts';

/** The field of phone numbers; contacts and companies share it, as they do in Kommo. */
export const PHONE_FIELD = 9201;
export const EMAIL_FIELD = 9202;

const PHONE_KINDS = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'];
const EMAIL_KINDS = ['WORK', 'PRIV', 'OTHER'];

const enums = (first: number, values: string[]) =>
  values.map((value, index) => ({ id: first + index, value }));

/** Phone and email of contacts and companies: every account has these, whatever a seed says. */
export const PREDEFINED_FIELDS: SeedField[] = (['contacts', 'companies'] as const).flatMap(
  (entity_type) => [
    {
      ...{ id: PHONE_FIELD, entity_type, name: 'Phone', type: 'multitext', code: 'PHONE' },
      enums: enums(92_011, PHONE_KINDS),
    },
    {
      ...{ id: EMAIL_FIELD, entity_type, name: 'Email', type: 'multitext', code: 'EMAIL' },
      enums: enums(92_021, EMAIL_KINDS),
    },
  ],
);

/** What an account begins with besides, without a seed: a few fields of each kind. */
export const BUILT_IN_FIELDS: SeedField[] = [
  { id: 9101, entity_type: 'leads', name: 'Delivery date', type: 'date' },
  {
    ...{ id: 9102, entity_type: 'leads', name: 'Channel', type: 'select' },
    enums: enums(91_021, ['Website', 'Referral', 'Trade fair']),
  },
  { id: 9103, entity_type: 'leads', name: 'Lamps', type: 'numeric' },
  { id: 9203, entity_type: 'contacts', name: 'Birthday', type: 'birthday' },
  { ...{ id: 9204, entity_type: 'contacts', name: 'Position', type: 'text' }, code: 'POSITION' },
  { id: 9301, entity_type: 'companies', name: 'Web', type: 'url', code: 'WEB' },
  { id: 9302, entity_type: 'companies', name: 'Address', type: 'textarea', code: 'ADDRESS' },
  { id: 9303, entity_type: 'companies', name: 'Legal entity', type: 'legal_entity' },
  { id: 9401, entity_type: 'customers', name: 'Newsletter', type: 'checkbox' },
  {
    ...{ id: 9402, entity_type: 'customers', name: 'Interests', type: 'multiselect' },
    enums: enums(94_021, ['Lamps', 'Furniture', 'Repairs']),
  },
  { id: 9501, entity_type: 'catalogs', catalog_id: 4001, name: 'SKU', type: 'text', code: 'SKU' },
  {
    ...{ id: 9502, entity_type: 'catalogs', catalog_id: 4001, name: 'Price', type: 'price' },
    code: 'PRICE',
  },
];
