import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildEmulatorPackage } from './emulator-package.ts';
import { PROJECT } from './project.ts';

const HELP = `npm run build:emulator - writes dist/emulator/, the emulator as a package of its own (Node 22 or newer).

  npm pack ./dist/emulator    makes kommo-widget-emulator-<version>.tgz of it
  --out <folder>              writes there instead of dist/emulator; the folder is emptied first
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    out: { type: 'string', default: `${PROJECT}/dist/emulator` },
  },
});

if (values.help) process.stdout.write(HELP);
else {
  const outDir = path.resolve(values.out);
  const needed = await buildEmulatorPackage(outDir);
  process.stdout.write(
    `${path.relative('', outDir) || '.'}: the emulator, with ${needed.length} packages it needs. Next: npm pack ./${path.relative('', outDir)}\n`,
  );
}
