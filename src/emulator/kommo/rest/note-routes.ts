import { ownRows } from '../crm/own-rows.ts';
import { type Item, isItem } from '../crm/shape.ts';
import { CARD_KINDS, type Card, type CardKind, type Note } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { type FieldFault, hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readBatch, requestId, sendBatch } from './batch.ts';
import { readFilter, readOrder } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Notes in the feed of cards. */
export function noteRoutes(): KommoRoute[] {
  return CARD_KINDS.flatMap((kind) => {
    const notes = resource(`/${kind}`, `${CRM}/events-and-notes`);
    const on = (act: (exchange: Exchange, caller: Caller, kind: CardKind) => void) => {
      return (exchange: Exchange, caller: Caller) => act(exchange, caller, kind);
    };
    const params = { status: 'partly', note: 'params of a note are kept as they come' } as const;
    return [
      notes('GET', '/notes', on(list)),
      notes('GET', '/:entity(\\d+)/notes', on(list)),
      notes('GET', '/notes/:id(\\d+)', on(show), { note: '404 is an assumption' }),
      notes('GET', '/:entity(\\d+)/notes/:id(\\d+)', on(show), { note: '404 is an assumption' }),
      notes('POST', '/notes', on(create), params),
      notes('POST', '/:entity(\\d+)/notes', on(create), params),
    ];
  });
}

function notesOf({ world, params }: Exchange, account: Account, kind: CardKind): Note[] {
  const entity = params.entity === undefined ? undefined : Number(params.entity);
  return ownRows(world.state.notes, account).filter(
    ({ entity_type, entity_id }) =>
      entity_type === kind && (entity === undefined || entity_id === entity),
  );
}

function list(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const filter = readFilter(exchange, ['id', 'entity_id', 'note_type', 'updated_at']);
  const { by, sign } = readOrder(exchange, ['updated_at', 'id']) ?? { by: 'id' as const, sign: 1 };
  // One time alone means "changed after it".
  const after = exchange.nested.text('filter', 'updated_at');
  const rows = notesOf(exchange, account, kind)
    .filter(
      (note) =>
        filter.takes('id', note.id) &&
        filter.takes('entity_id', note.entity_id) &&
        filter.takes('note_type', note.note_type) &&
        (after === undefined
          ? filter.spans('updated_at', note.updated_at)
          : note.updated_at > Number(after)),
    )
    .toSorted((one, other) => (one[by] - other[by]) * sign || one.id - other.id);
  const { entity } = exchange.params;
  const path = entity === undefined ? `${kind}/notes` : `${kind}/${entity}/notes`;
  sendPage(exchange, account, path, rows, (note) => model(account, note));
}

function show(exchange: Exchange, { account }: Caller, kind: CardKind) {
  const id = Number(exchange.param('id'));
  const note = notesOf(exchange, account, kind).find((one) => one.id === id);
  if (note === undefined) return problem(exchange, 404, 'Note not found');
  hal(exchange, model(account, note));
}

function linkOf(account: Account, { entity_type, entity_id, id }: Note) {
  return apiLink(account, `/${entity_type}/${entity_id}/notes/${id}`);
}

function model(account: Account, note: Note): object {
  const { entity_type: _, ...own } = note;
  return { ...own, group_id: 0, _links: linkOf(account, note) };
}

function create(exchange: Exchange, { account, user }: Caller, kind: CardKind): void {
  const { world, params } = exchange;
  const entityOf = (item: Item) => Number(params.entity ?? item.entity_id);
  const cards = ownRows<Card>(world.state[kind], account);
  const items = readBatch(exchange, (item) => faultsOf(item, cards, entityOf(item)));
  if (items === undefined) return;
  const now = world.clock.seconds();
  const made = items.map((item, index) => {
    const note: Note = {
      ...{ id: world.nextId(), account_id: account.id, entity_type: kind },
      ...{ entity_id: entityOf(item), note_type: String(item.note_type) },
      params: isItem(item.params) ? item.params : {},
      responsible_user_id: numberOr(item.responsible_user_id, user.id),
      ...{ created_by: numberOr(item.created_by, user.id), updated_by: user.id },
      ...{ created_at: numberOr(item.created_at, now), updated_at: now },
    };
    world.state.notes.push(note);
    const { id, entity_id } = note;
    const _links = linkOf(account, note);
    return { id, entity_id, request_id: requestId(item, index), _links };
  });
  const path = params.entity === undefined ? `${kind}/notes` : `${kind}/${params.entity}/notes`;
  sendBatch(exchange, account, path, made);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function faultsOf(item: Item, cards: Card[], entityId: number): FieldFault[] {
  const faults: FieldFault[] = [];
  if (typeof item.note_type !== 'string') {
    faults.push({ code: 'FieldMissing', path: 'note_type', detail: 'This field is missing.' });
  }
  if (!cards.some(({ id }) => id === entityId)) {
    faults.push({ code: 'NotSupportedChoice', path: 'entity_id', detail: 'Element not found' });
  }
  return faults;
}
