import type { Account } from './entities.ts';
import type { World } from './world.ts';

/** A widget's block in the account's salesbot, as the user saved it. The bot itself is not run. */
export interface SalesbotBlock {
  id: number;
  account_id: number;
  /** Key of the handler in the manifest's `salesbot_designer`. */
  handler: string;
  /** What the user entered, by the keys of the handler's settings. */
  params: Record<string, unknown>;
  /** The answer of `onSalesbotDesignerSave`. */
  bot: string;
}

function shelf(world: World): { blocks: SalesbotBlock[] } {
  return world.service('salesbot_blocks', () => ({ blocks: [] }));
}

/** Blocks of an account in the order they were saved first. */
export function blocksOf(world: World, account: Account): SalesbotBlock[] {
  return shelf(world).blocks.filter(({ account_id }) => account_id === account.id);
}

/** Stores a new block, or the changed one with this `id`. */
export function saveBlock(
  world: World,
  account: Account,
  id: number | undefined,
  saved: Pick<SalesbotBlock, 'handler' | 'params' | 'bot'>,
): SalesbotBlock {
  const old = blocksOf(world, account).find((one) => one.id === id);
  if (old !== undefined) return Object.assign(old, saved);
  const block = { id: world.nextId(), account_id: account.id, ...saved };
  shelf(world).blocks.push(block);
  return block;
}

/** @returns whether the account had such a block */
export function removeBlock(world: World, account: Account, id: number): boolean {
  const kept = shelf(world).blocks.filter((one) => one.id !== id || one.account_id !== account.id);
  const isFound = kept.length < shelf(world).blocks.length;
  shelf(world).blocks = kept;
  return isFound;
}
