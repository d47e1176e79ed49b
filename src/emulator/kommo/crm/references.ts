import type { Company, Contact, CustomField, FieldValues } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import { readFieldValues, ValueFault } from './field-values.ts';
import type { SeedRow } from './seed-rows.ts';
import type { Faults } from './shape.ts';

interface Named {
  id: number;
  name: string;
}

/** Resolves what items of a seed name. What is built in gives way silently; what the seed itself says is reported. */
export class References {
  readonly #account: Account;
  readonly #faults: Faults;

  constructor(account: Account, faults: Faults) {
    this.#account = account;
    this.#faults = faults;
  }

  /** The user a row names, else the account's first one who may be responsible. */
  user(row: SeedRow, member: string): number {
    const { users } = this.#account;
    const active = users.filter(({ rights }) => rights.is_active);
    const first = active.find(({ rights }) => rights.is_admin) ?? active[0];
    return this.one(row, member, users, 'user') ?? first?.id ?? 0;
  }

  /** The thing a row names; null if it names none, or one that is not there. */
  one(row: SeedRow, member: string, all: readonly Named[], what: string): number | null {
    const id = row.item[member];
    if (typeof id !== 'number') return null;
    if (all.some((one) => one.id === id)) return id;
    if (row.given.has(member)) this.#missing(`${row.path}.${member}`, what, id, all);
    return null;
  }

  many(row: SeedRow, member: string, all: readonly Named[], what: string): number[] {
    const ids = (row.item[member] ?? []) as number[];
    const known = ids.filter((id) => all.some((one) => one.id === id));
    if (row.given.has(member)) {
      for (const [index, id] of ids.entries()) {
        if (!known.includes(id)) this.#missing(`${row.path}.${member}[${index}]`, what, id, all);
      }
    }
    return [...new Set(known)];
  }

  /** Pipeline and status of a lead; one may be given without the other. */
  stage(row: SeedRow): { pipeline_id: number; status_id: number } {
    const { pipelines } = this.#account;
    const main = pipelines.find(({ is_main }) => is_main) ?? pipelines[0];
    const { status_id: wanted } = row.item;
    const named = this.one(row, 'pipeline_id', pipelines, 'pipeline');
    // A status alone says which pipeline; those of closed leads are the same in all.
    const ofStatus = row.given.has('pipeline_id')
      ? undefined
      : pipelines.find(({ statuses }) => statuses.some(({ id }) => id === wanted));
    const isOther = named === null || !has(pipelines, named, wanted);
    const pipeline =
      (isOther ? ofStatus : undefined) ?? pipelines.find(({ id }) => id === named) ?? main;
    const statuses = pipeline?.statuses ?? [];
    const status = statuses.find(({ id }) => id === wanted);
    if (status === undefined && row.given.has('status_id')) {
      const place = `${row.path}.status_id`;
      this.#missing(place, 'status', Number(wanted), statuses, ` in the pipeline ${pipeline?.id}`);
    }
    const first = statuses.find(({ type }) => type === 0) ?? statuses[0];
    return { pipeline_id: pipeline?.id ?? 0, status_id: status?.id ?? first?.id ?? 0 };
  }

  /** Values of a row's fields. */
  values(row: SeedRow, fields: CustomField[]): FieldValues[] {
    const isGiven = row.given.has('custom_fields_values');
    const all = (row.item.custom_fields_values ?? []) as { field_id?: number }[];
    try {
      if (isGiven) return readFieldValues(all, fields);
      return all.flatMap((one) => fitting(one, fields));
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      this.#faults.add(`${row.path}.custom_fields_values`, error.message);
      return [];
    }
  }

  #missing(path: string, what: string, id: number, all: readonly Named[], where = ''): void {
    const known = all.map((one) => `${one.id} (${one.name})`).join(', ');
    this.#faults.add(path, `there is no ${what} ${id}${where}; known are ${known || 'none'}`);
  }
}

function has(pipelines: Account['pipelines'], pipelineId: number, statusId: unknown): boolean {
  const pipeline = pipelines.find(({ id }) => id === pipelineId);
  return pipeline?.statuses.some(({ id }) => id === statusId) === true;
}

/** A built-in value, if the account still has such a field. */
function fitting(one: object, fields: CustomField[]): FieldValues[] {
  try {
    return readFieldValues([one], fields);
  } catch {
    return [];
  }
}

/** Moves the values of the fields PHONE and EMAIL to where contacts and companies keep them. */
export function takeAddresses<Entity extends Contact | Company>(
  entity: Entity,
  fields: CustomField[],
): Entity {
  for (const { code, id } of fields) {
    const name = code === 'PHONE' ? 'phones' : code === 'EMAIL' ? 'emails' : undefined;
    const found = entity.custom_fields_values.find(({ field_id }) => field_id === id);
    if (name === undefined || found === undefined) continue;
    entity[name] = found.values.map(({ value }) => String(value));
    entity.custom_fields_values = entity.custom_fields_values.filter((one) => one !== found);
  }
  return entity;
}
