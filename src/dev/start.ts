import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { brandPath } from '../pack/brand/open-brand.ts';
import { isBuilt } from '../pack/build-stamp.ts';
import { PROJECT } from '../pack/project.ts';
import { NotReady } from './readiness.ts';
import { runStack } from './stack.ts';

const HELP = `npm start - builds the widget when it changed, starts the backend with its embedded database and the
Kommo emulator with doubles of the chat services, and prints the address of the widget's settings.

  PORT            of the backend (8080)
  EMULATOR_PORT   of the emulator (9000)
  DATA_DIR        where both keep what they store (.data); delete it to begin anew
  DATABASE_URL    postgres://… instead of the embedded database
  --brand <file>  widget and backend with that brand instead of brand.json (BRAND_FILE says the same)
`;

const { values } = parseArgs({
  options: { help: { type: 'boolean' }, brand: { type: 'string' } },
});
// For the build and the backend, which are processes of their own.
process.env.BRAND_FILE = brandPath(values.brand);

if (values.help) process.stdout.write(HELP);
else await runStack({ build, widget: `${PROJECT}/dist/widget.zip`, backendFolders: [] });

/** Runs in its own process, so that the compiler's memory is freed and Ctrl-C works at once. */
async function build(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (isBuilt()) return say('widget     dist/widget.zip is up to date');
  say('widget     building dist/widget.zip');
  const child = spawn(process.execPath, [`${PROJECT}/src/pack/build.ts`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new NotReady(`The widget could not be built:\n${output}`);
  say('widget     dist/widget.zip is built');
}
