import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { HELP } from '../../src/emulator/command-line.ts';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { sampleManifest, sampleWidget, writeFolder } from '../support/sample-widget.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ALL_FIELDS = fileURLToPath(new URL('../emulator/widgets/all-fields', import.meta.url));

/** Runs docs/examples/emulator-ci.spec.ts against the widget, as the pipeline of a stranger does. */
async function judge(widget: string): Promise<{ code: number | null; output: string }> {
  const emulator = await createEmulator({ widget });
  const child = spawn(
    process.execPath,
    [
      'node_modules/@playwright/test/cli.js',
      'test',
      '--config=tests/e2e/support/example.config.ts',
    ],
    { cwd: PROJECT, env: { ...process.env, EMULATOR_PORT: String(emulator.port) } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  const code = await promise;
  await emulator.close();
  return { code, output };
}

test.describe('The example of a pipeline', () => {
  let folder: string;

  test.beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'example-'));
  });
  test.afterAll(() => rmSync(folder, { recursive: true }));

  test('passes a widget that works', async () => {
    const { code, output } = await judge(ALL_FIELDS);
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });

  test('fails a widget with a callback that throws in a card, and says which', async () => {
    const script = `define([], function () {
      return function () {
        var self = this;
        this.callbacks = {
          render: function () { return true; },
          init: function () {
            if (self.system().area === 'lcard') throw new Error('no such lead');
            return true;
          },
          bind_actions: function () { return true; },
          settings: function () { return true; },
          onSave: function () { return true; },
        };
        return this;
      };
    });`;
    const manifest = { ...sampleManifest(), locations: ['settings', 'lead_sources', 'lcard-1'] };
    const files = { 'script.js': script, 'manifest.json': JSON.stringify(manifest) };
    const { code, output } = await judge(writeFolder(join(folder, 'throws'), sampleWidget(files)));
    expect(output).toContain('callbacks.init failed');
    expect(output).toContain('no such lead');
    expect(code).toBe(1);
  });

  test('names options and addresses that there are', async () => {
    const workflow = readFileSync(join(PROJECT, 'docs', 'examples', 'emulator-ci.yml'), 'utf8');
    const commands = [...workflow.matchAll(/npx kommo-widget-emulator(.*)/g)];
    const options = commands.flatMap(([, rest = '']) => rest.match(/--[a-z-]+/g) ?? []);
    expect(options).toEqual(['--widget', '--check', '--widget']);
    for (const option of options) expect(HELP).toContain(`  ${option} `);
    const emulator = await createEmulator();
    const addresses = [...workflow.matchAll(/127\.0\.0\.1:9000(\S+)/g)].map(([, path]) => path);
    expect(addresses.length).toBeGreaterThan(1);
    for (const path of addresses) {
      expect((await fetch(`http://127.0.0.1:${emulator.port}${path}`)).status).toBe(200);
    }
    await emulator.close();
  });
});
