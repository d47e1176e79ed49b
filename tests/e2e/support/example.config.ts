import { defineConfig } from '@playwright/test';
import { findBrowser } from '../../support/browser.ts';

/** For the example that strangers copy: theirs needs none, because they install Playwright's own browser. */
export default defineConfig({
  testDir: '../../../docs/examples',
  outputDir: '../../../test-results/example',
  reporter: 'line',
  use: {
    launchOptions: {
      ...(await findBrowser()),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
