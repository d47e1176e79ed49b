import { defineConfig } from '@playwright/test';
import { findBrowser } from './support/browser.ts';
import { PATIENCE } from './support/patience.ts';

const browser = await findBrowser();

export default defineConfig({
  testDir: 'e2e',
  // The walks over the gallery take minutes, and are asked for by name: docs/gallery.md.
  testIgnore: process.env.GALLERY ? [] : ['**/gallery-*.spec.ts'],
  outputDir: '../test-results/browser',
  reporter: process.env.PLAYWRIGHT_REPORT
    ? [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_REPORT }]]
    : 'list',
  forbidOnly: true,
  fullyParallel: false,
  // Each worker runs a backend, an emulator and a browser of its own; much of the time they wait.
  workers: 2,
  timeout: 60_000 * PATIENCE,
  expect: { timeout: 10_000 * PATIENCE },
  use: {
    actionTimeout: 10_000 * PATIENCE,
    headless: !process.env.HEADED,
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    // Recording costs a third of the time; TRACE=1 when a failure needs to be looked at.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    launchOptions: { ...browser, args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
