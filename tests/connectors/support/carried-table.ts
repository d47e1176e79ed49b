import { readFileSync, writeFileSync } from 'node:fs';
import type { MessageCarrier } from '../../../src/server/connectors/connector.ts';
import { INCOMING, type IncomingKind, OUTGOING, type OutgoingKind } from './message-kinds.ts';
import type { MessageStage } from './message-stage.ts';

const PAGE = new URL('../../../docs/what-services-carry.md', import.meta.url);

const SERVICES = {
  telegram: 'Telegram',
  waha: 'WAHA',
  evolution: 'Evolution API',
  slack: 'Slack',
  api: 'Your own service',
};

type Fates = Pick<MessageStage, 'incoming' | 'outgoing' | 'notes'>;
type Gestures = Pick<MessageCarrier, 'react' | 'typing'>;

/** What a manager does beside writing; the battery tries each that a carrier has. */
const GESTURES = { reaction: 'react', typing: 'typing' } as const;
type Gesture = keyof typeof GESTURES;

/**
 * The column of one service in `docs/what-services-carry.md`: a cell for each kind and direction, and the notes below
 * the table. `WRITE_TABLES=1` writes it from what the battery of the service proves.
 *
 * @returns undefined for a service that has no column
 */
export function carriedColumn(
  service: string,
  fates: Fates,
  carrier: Gestures,
): { page: string[]; tested: string[] } | undefined {
  if (!Object.hasOwn(SERVICES, service)) return undefined;
  const tested = columnOf(fates, carrier);
  if (process.env.WRITE_TABLES === '1') write(service, tested);
  return { page: read(service), tested };
}

/** Kinds that are not carried as they are, and of which nobody says why. */
export function withoutReason({ incoming, outgoing, notes = {} }: Fates): string[] {
  const odd = (kind: string, fate: string | undefined) =>
    fate === undefined || fate === 'refused' ? [kind] : [];
  return [
    ...Object.entries(incoming).flatMap(([kind, sample]) => odd(`in: ${kind}`, sample?.fate)),
    ...Object.entries(outgoing).flatMap(([kind, fate]) => odd(`out: ${kind}`, fate)),
  ].filter((kind) => !notes[kind as keyof typeof notes]);
}

function columnOf({ incoming, outgoing, notes = {} }: Fates, carrier: Gestures): string[] {
  const cell = (kind: keyof typeof notes, fate: string | undefined) => {
    const words = { carried: 'carried', placeholder: 'as a note', refused: 'no' };
    const said = words[(fate ?? 'refused') as keyof typeof words];
    const note = notes[kind];
    return note === undefined ? said : `${said}: ${note}`;
  };
  return [
    ...Object.keys(INCOMING).map((kind) =>
      cell(`in: ${kind as IncomingKind}`, incoming[kind as IncomingKind]?.fate),
    ),
    ...Object.keys(OUTGOING).map((kind) =>
      cell(`out: ${kind as OutgoingKind}`, outgoing[kind as OutgoingKind]),
    ),
    ...Object.entries(GESTURES).map(([kind, call]) =>
      cell(`out: ${kind as Gesture}`, carrier[call] === undefined ? 'refused' : 'carried'),
    ),
  ];
}

const isRow = (line: string) => line.startsWith('| ') && !line.startsWith('| ---');

/** Rows of both tables, without their heads. */
function rowsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => isRow(line) && !/^\| (?:From|To) the client \|/.test(line));
}

const cellsOf = (row: string) =>
  row.split(' | ').map((one) => one.replace(/^\| | \|$/g, '').trim());

function read(service: string): string[] {
  const column = Object.keys(SERVICES).indexOf(service) + 1;
  return rowsOf(readFileSync(PAGE, 'utf8')).map((row) => cellsOf(row)[column] ?? '');
}

function write(service: string, tested: readonly string[]): void {
  const columns = Object.keys(SERVICES).map((id) => (id === service ? tested : read(id)));
  const text = readFileSync(PAGE, 'utf8');
  let row = 0;
  const kindsOf = {
    'From the client': Object.keys(INCOMING),
    'To the client': [...Object.keys(OUTGOING), ...Object.keys(GESTURES)],
  };
  const tables = Object.entries(kindsOf).map(([direction, kinds]) => {
    const lines = kinds.map((kind) => {
      const cells = columns.map((column) => column[row] ?? '');
      row += 1;
      return `| ${[kind, ...cells].join(' | ')} |`;
    });
    const head = [direction, ...Object.values(SERVICES)];
    return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines].join(
      '\n',
    );
  });
  const [before = ''] = text.split('\n| From the client');
  const after = text.split('\n').toReversed();
  const last = after.findIndex(isRow);
  const rest = last <= 0 ? '\n' : `\n${after.slice(0, last).toReversed().join('\n')}`;
  writeFileSync(PAGE, `${before}\n${tables.join('\n\n')}${rest}`);
}
