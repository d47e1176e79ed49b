// @ts-check
/** Kommo's numbers of the kinds of cards and rows, as `APP.element_types` spells them. */
export const ELEMENT_TYPES = {
  contacts: 1,
  leads: 2,
  companies: 3,
  tasks: 4,
  customers: 12,
  catalog_elements: 11,
};

/** The same by the kinds that the page knows. */
export const TYPE_OF_KIND = {
  leads: ELEMENT_TYPES.leads,
  contacts: ELEMENT_TYPES.contacts,
  companies: ELEMENT_TYPES.companies,
  customers: ELEMENT_TYPES.customers,
  todo: ELEMENT_TYPES.tasks,
};
