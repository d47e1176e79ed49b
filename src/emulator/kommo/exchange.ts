import type { Imitation } from '../engine/coverage-row.ts';
import { type Arrival, HttpExchange } from '../engine/exchange.ts';
import type * as engine from '../engine/router.ts';
import type { Account } from './entities.ts';
import type { EmulatedHost, HostKind } from './hosts.ts';
import type { World } from './world.ts';

/** A request to one of Kommo's machines, and the world it meets. */
export class Exchange extends HttpExchange<EmulatedHost> {
  readonly world: World;

  constructor(world: World, arrival: Arrival<EmulatedHost>) {
    super(arrival);
    this.world = world;
  }

  /** The account this host belongs to, by its current name. */
  get account(): Account | undefined {
    return this.world.accountOfHost(this.host);
  }
}

export type Handler = engine.Handler<Exchange>;

export type Route = engine.Route<Exchange, HostKind>;

/** A route of Kommo's own; the list of what is imitated is made from these. */
export type KommoRoute = Route & Imitation;
