import type { Page } from '@playwright/test';

/** Collects, into `errors`, what a page reports in its console as an error, and what nobody caught. */
export function collectErrors(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`);
  });
}
