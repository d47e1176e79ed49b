export type EntityKind = 'leads' | 'contacts' | 'companies' | 'customers' | 'todo';

/** A row of the emulated account, with what cards and lists show. */
export interface Entity {
  id: number;
  kind: EntityKind;
  name: string;
  price?: number;
  phones: string[];
  emails: string[];
  contactIds: number[];
  responsibleId: number;
  stage?: string;
}

/** The same few rows in every account; they are scenery, not state. */
export function demoEntities(responsibleId = 0): Entity[] {
  const contact = (id: number, name: string, phone: string): Entity => ({
    id,
    kind: 'contacts',
    name,
    phones: [phone],
    emails: [`${(name.split(' ')[0] ?? '').toLowerCase()}@example.com`],
    contactIds: [],
    responsibleId,
  });
  const lead = (id: number, name: string, price: number, stage: string, contactId: number) => ({
    ...bare(id, 'leads', name, responsibleId),
    price,
    stage,
    contactIds: [contactId],
  });
  return [
    lead(501, 'Order of ten lamps', 1200, 'Initial contact', 601),
    lead(502, 'Office refit', 18_500, 'Negotiation', 602),
    lead(503, 'Spare parts', 90, 'Incoming leads', 603),
    contact(601, 'Carla Reyes', '+12025550101'),
    contact(602, 'Daniel Novak', '+12025550102'),
    contact(603, 'Eva Lind', '+12025550103'),
    { ...bare(701, 'companies', 'Reyes & Sons', responsibleId), contactIds: [601] },
    { ...bare(702, 'companies', 'Novak Ltd', responsibleId), contactIds: [602] },
    { ...bare(801, 'customers', 'Lind Trading', responsibleId), contactIds: [603] },
    bare(901, 'todo', 'Call Carla back', responsibleId),
    bare(902, 'todo', 'Send the offer', responsibleId),
  ];
}

function bare(id: number, kind: EntityKind, name: string, responsibleId: number): Entity {
  return { id, kind, name, phones: [], emails: [], contactIds: [], responsibleId };
}
