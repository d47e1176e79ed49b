import fc from 'fast-check';
import { Query } from '../../src/emulator/engine/query.ts';

const read = (query: string) => new Query(new URLSearchParams(query));

type Tree = string | { [key: string]: Tree };

/** Writes names as PHP's `http_build_query` does. */
function build(name: string, tree: Tree): string[] {
  if (typeof tree === 'string') return [`${encodeURIComponent(name)}=${encodeURIComponent(tree)}`];
  return Object.entries(tree).flatMap(([key, part]) => build(`${name}[${key}]`, part));
}

describe('parameters of a query', () => {
  test.each([
    ['filter[id]=1', ['1']],
    ['filter[id][]=1', ['1']],
    ['filter[id][0]=1', ['1']],
    ['filter[id][5]=1', ['1']],
    ['filter%5Bid%5D%5B0%5D=1', ['1']],
    ['filter%5bid%5d%5b%5d=1', ['1']],
    ['filter[id][]=1&filter[id][]=2', ['1', '2']],
    ['filter[id][0]=1&filter[id][1]=2', ['1', '2']],
    ['filter[id][7]=1&filter[id][3]=2', ['1', '2']],
    ['filter[id]=1&filter[id]=2', ['1', '2']],
    ['filter[id]=1&filter[id][]=2&filter[id][9]=3&filter[id][]=4', ['1', '2', '3', '4']],
    ['filter[id][first]=1', ['1']],
    ['filter[id]=1,2', ['1,2']],
    ['filter[id]=a+b%20c%2Bd', ['a b c+d']],
    ['filter[id]=', ['']],
    ['filter[ids]=1', []],
    ['filter=1', []],
    ['filter[id', []],
    ['[filter][id]=1', []],
    ['', []],
  ])('%s has the list %j', (query, list) => {
    expect(read(query).list('filter', 'id')).toEqual(list);
  });

  test('part by commas only where a caller says so', () => {
    expect(read('with=a,b&with[]=c').commaList('with')).toEqual(['a', 'b', 'c']);
    expect(read('with[]=a&with[]=b').commaList('with')).toEqual(['a', 'b']);
  });

  test('hold lists of objects, numbered or not in the same way', () => {
    const rows = (query: string) =>
      read(query)
        .rows('filter', 'statuses')
        .map((row) => [row.text('pipeline_id'), row.text('status_id')]);
    const [one, two] = ['filter[statuses][0]', 'filter[statuses][1]'];
    expect(
      rows(
        `${one}[pipeline_id]=1&${one}[status_id]=142&${two}[pipeline_id]=2&${two}[status_id]=143`,
      ),
    ).toEqual([
      ['1', '142'],
      ['2', '143'],
    ]);
    expect(rows('filter[statuses][][pipeline_id]=1&filter[statuses][][status_id]=2')).toEqual([
      ['1', undefined],
      [undefined, '2'],
    ]);
  });

  test.each([
    ['filter[at][from]=1&filter[at][to]=2', { from: 1, to: 2 }],
    ['filter[at][from]=1', { from: 1, to: Infinity }],
    ['filter[at][to]=2', { from: -Infinity, to: 2 }],
    ['filter[at]=3', { from: 3, to: 3 }],
    ['filter[at][from]=now', { from: Number.NaN, to: Infinity }],
    ['filter[at][from]=', { from: Number.NaN, to: Infinity }],
    ['filter[at][since]=1', { from: Number.NaN, to: Number.NaN }],
    ['filter[other]=3', undefined],
  ])('%s is the range %j', (query, range) => {
    expect(read(query).range('filter', 'at')).toEqual(range);
  });

  test('tell which names a filter has', () => {
    expect(read('filter[a]=1&filter[b][]=2&filter[a]=3&page=1').names('filter')).toEqual([
      'a',
      'b',
    ]);
  });

  test('come back from whatever was built as PHP builds it', () => {
    const word = fc.stringMatching(/^[a-z_]{1,8}$/);
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.string(), fc.dictionary(word, tie('tree'))),
    }));
    const property = fc.property(tree, (value) => {
      const query = read(build('a', value).join('&'));
      const check = (part: Tree, path: string[]): void => {
        if (typeof part === 'string') expect(query.text(...path)).toBe(part);
        else for (const [key, inner] of Object.entries(part)) check(inner, [...path, key]);
      };
      check(value, ['a']);
    });
    fc.assert(property);
  });

  test('are read to the end, whatever they are', () => {
    const piece = fc.constantFrom('[', ']', '[]', 'a', '0', '=', '&', '%5B', '%', '+', '__proto__');
    const property = fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const query = read(pieces.join(''));
      expect(Array.isArray(query.list('a'))).toBe(true);
      expect(Array.isArray(query.names('a', '0'))).toBe(true);
    });
    fc.assert(property);
  });

  test('cannot write to every object', () => {
    const query = read(
      '__proto__[polluted]=1&filter[__proto__][polluted]=1&constructor[prototype]=1',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(query.text('filter', '__proto__', 'polluted')).toBe('1');
    expect(read('a=1').has('constructor')).toBe(false);
  });

  test('may be very many, or very deep', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `a[${index}]=${index}`).join('&');
    expect(read(many).list('a')).toHaveLength(100_000);
    const unnumbered = 'a[]=1&'.repeat(100_000);
    expect(read(unnumbered).list('a')).toHaveLength(100_000);
    expect(read(`a${'[b]'.repeat(100_000)}=1`).has('a')).toBe(false);
    expect(read(`a${'[b]'.repeat(60)}=1`).has('a')).toBe(true);
    expect(read(`a${'['.repeat(100_000)}=1`).has('a')).toBe(false);
  });
});
