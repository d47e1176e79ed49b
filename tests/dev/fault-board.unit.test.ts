import type { SourceFault } from '../../src/contract/development.ts';
import { FaultBoard } from '../../src/dev/fault-board.ts';

const BUILD: SourceFault = { kind: 'build', file: 'src/widget/app.ts', line: 1, message: 'what?' };
const TYPES: SourceFault = { kind: 'types', file: 'src/widget/api.ts', line: 2, message: 'wrong' };
const TEXTS: SourceFault = { kind: 'package', file: 'i18n/es.json', message: 'lacks a text' };

function board(): { board: FaultBoard; told: SourceFault[][] } {
  const told: SourceFault[][] = [];
  return { board: new FaultBoard((faults) => told.push(faults)), told };
}

test('all that is wrong is told together, whoever found it', () => {
  const { board: faults, told } = board();
  faults.set('types', [TYPES]);
  faults.set('build', [BUILD]);
  faults.set('package', [TEXTS]);
  expect(told.at(-1)).toEqual([BUILD, TYPES, TEXTS]);
});

test('what was mended is gone, and the last word is that nothing is wrong', () => {
  const { board: faults, told } = board();
  faults.set('package', [TEXTS]);
  faults.set('package', []);
  expect(told).toEqual([[TEXTS], []]);
});

test('nothing is told twice, and nothing at all when there was never anything', () => {
  const { board: faults, told } = board();
  faults.set('build', []);
  faults.set('types', [TYPES]);
  faults.set('types', [{ ...TYPES }]);
  expect(told).toEqual([[TYPES]]);
});

test('of a file that cannot be compiled only that is told', () => {
  const { board: faults, told } = board();
  faults.set('types', [{ ...TYPES, file: BUILD.file }, TYPES]);
  faults.set('build', [BUILD]);
  expect(told.at(-1)).toEqual([BUILD, TYPES]);
});
