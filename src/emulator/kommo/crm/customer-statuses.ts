/**
 * Stages of customers, the same in every account, whose mode is that of regular purchases. Types: 0 plain, 1 a purchase is
 * expected, 2 not bought, 3 closed, 4 bought recently.
 * https://www.amocrm.ru/developers/content/crm_platform/customers-statuses-api
 */
export const CUSTOMER_STATUSES = [
  { id: 7801, name: 'Recently purchased', sort: 0, is_default: true, color: '#ccff66', type: 4 },
  { id: 7802, name: 'Regular', sort: 1, is_default: false, color: '#fff000', type: 0 },
  { id: 7803, name: 'Expected purchase', sort: 2, is_default: true, color: '#99ccff', type: 1 },
  { id: 7804, name: 'Did not purchase', sort: 3, is_default: true, color: '#fd5598', type: 2 },
  { id: 7805, name: 'Closed', sort: 4, is_default: true, color: '#d5d8db', type: 3 },
];
