import { join } from 'node:path';
import { type BuiltPart, BundleError, joinParts } from '../../src/pack/bundle.ts';
import { PROJECT } from '../../src/pack/project.ts';

const source = (name: string) => join(PROJECT, 'src/widget', name);

function part(name: string, modules: string[] = [], messages: string[] = []): BuiltPart {
  const errors = messages.map((message) => ({ message, moduleName: './src/widget/app.ts' }));
  return { name, modules: new Set(modules), errors };
}

test('a part that is in order does not hide what is wrong with another', () => {
  const parts = [part('app', [], ['Module not found']), part('list')];
  expect(() => joinParts(parts, 'dist')).toThrow(/src\/widget\/app\.ts {2}Module not found/);
});

test('what two parts would carry is refused, with the line that lends it', () => {
  const parts = [part('app', [source('clock.ts')]), part('list', [source('clock.ts')])];
  expect(() => joinParts(parts, 'dist')).toThrow(BundleError);
  expect(() => joinParts(parts, 'dist')).toThrow(
    'src/widget/clock.ts  would be shipped twice, in app.js and in list.js. Let one part lend it: add "export * from \'../clock.ts\';"',
  );
});

test('what only a development build has counts neither as a part nor as somebody else’s', () => {
  const parts = [
    part('app', [source('clock.ts')]),
    part('client', [source('clock.ts')]),
    part('vendor', ['/modules/react/index.js']),
  ];
  expect(joinParts(parts, 'dist').vendorModules).toEqual(['/modules/react/index.js']);
});
