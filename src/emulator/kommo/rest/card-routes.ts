import { ownRows } from '../crm/own-rows.ts';
import { CARD_KINDS, type Card, type CardKind } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal } from '../problems.ts';
import { chosenCards } from './card-filters.ts';
import { cardModel, type Scene } from './card-models.ts';
import { changeCard, changeCards, createCards } from './card-writes.ts';
import { wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Leads, contacts, companies and customers: those an account begins with, and those that chats and clients make. */
export function cardRoutes(): KommoRoute[] {
  return CARD_KINDS.flatMap((kind) => {
    const cards = resource(`/${kind}`, `${CRM}/${kind}-api`);
    return [
      cards('GET', '', (exchange, caller) => list(exchange, caller, kind), {
        note: 'with, filter, query, order; nothing is ever deleted; the paid option for filters is on',
      }),
      cards('GET', '/:id(\\d+)', (exchange, caller) => show(exchange, caller, kind)),
      cards('POST', '', (exchange, caller) => createCards(exchange, caller, kind), {
        status: 'partly',
        note: 'no source, no CRM webhook and no digital pipeline follows from it',
      }),
      cards('PATCH', '', (exchange, caller) => changeCards(exchange, caller, kind), {
        status: 'partly',
        note: 'the same',
      }),
      cards('PATCH', '/:id(\\d+)', (exchange, caller) => changeCard(exchange, caller, kind), {
        status: 'partly',
        note: 'the same',
      }),
    ];
  });
}

function list(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const { state } = exchange.world;
  const scene: Scene = { state, account, wanted: wanted(exchange) };
  // Deleted cards are kept for a while in Kommo; here nothing is deleted.
  const rows = scene.wanted.has('only_deleted') ? [] : ownRows<Card>(state[kind], account);
  const chosen = chosenCards(exchange, account, kind, rows);
  sendPage(exchange, account, kind, chosen, (row) => cardModel(scene, kind, row));
}

/** An unknown card is answered with an empty 204. */
function show(exchange: Exchange, { account }: Caller, kind: CardKind): void {
  const { state } = exchange.world;
  const id = Number(exchange.param('id'));
  const found = ownRows<Card>(state[kind], account).find((row) => row.id === id);
  const scene: Scene = { state, account, wanted: wanted(exchange) };
  if (found === undefined) exchange.send(204);
  else hal(exchange, cardModel(scene, kind, found));
}
