import { screen, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';

/** A channel's row. */
export function rowOf(name: string): HTMLElement {
  return screen.getByRole('listitem', { name });
}

/** The button that opens a channel's menu. */
export function menuButton(name: string): HTMLElement {
  return screen.getByRole('button', { name: `More: ${name}` });
}

/** Shows what is below a channel's line. */
export async function openDetails(user: UserEvent, name: string): Promise<HTMLElement> {
  const line = screen.getByRole('button', { name: `Details: ${name}` });
  if (line.getAttribute('aria-expanded') === 'false') await user.click(line);
  await within(rowOf(name)).findByText(/^Where leads from|^Pipelines$/);
  return rowOf(name);
}

/** Opens a channel's menu and chooses an entry of it. */
export async function chooseInMenu(user: UserEvent, name: string, entry: string): Promise<void> {
  await user.click(menuButton(name));
  await user.click(await screen.findByRole('menuitem', { name: entry }));
}

/** Gives a channel another name. */
export async function rename(user: UserEvent, name: string, other: string): Promise<void> {
  await chooseInMenu(user, name, 'Rename');
  const field = await screen.findByRole('textbox', { name: 'Channel name' });
  await user.clear(field);
  await user.type(field, `${other}{Enter}`);
}
