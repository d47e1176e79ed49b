import { screen } from '@testing-library/react';

/** Resolves once the settings are there, and not only their title or why they are not. */
export async function settingsShown(): Promise<void> {
  await screen.findAllByText(
    (_, node) => node?.matches('.kcc-counter, .kcc-empty__title, .kcc-left__title') ?? false,
  );
}
