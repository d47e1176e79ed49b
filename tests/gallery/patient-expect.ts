import { expect as impatient } from '@playwright/test';

/** Also outside of a test, where Playwright's settings do not count: a busy machine takes its time. */
export const expect = impatient.configure({ timeout: 30_000 });
