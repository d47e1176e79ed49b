import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import {
  assignSources,
  type ExistingSource,
  externalIdOf,
  isEmptyPlan,
  isOurExternalId,
  planSources,
  type WantedSource,
  wantedSources,
} from '../../src/server/settings/source-plan.ts';

const CODE = 'kommo.ext.20261122';
const CHANNEL = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

describe('external ids', () => {
  test('fit into 36 ASCII characters for every channel', () => {
    for (const id of ['ffffffff-ffff-ffff-ffff-ffffffffffff', CHANNEL, randomUUID()]) {
      const externalId = externalIdOf(id, 999);
      expect(externalId.length).toBeLessThanOrEqual(36);
      expect(externalId).toMatch(/^[\x20-\x7e]+$/);
      expect(isOurExternalId(externalId)).toBe(true);
    }
  });

  test('differ between channels and between sources of one channel', () => {
    const ids = [externalIdOf(CHANNEL, 1), externalIdOf(CHANNEL, 2), externalIdOf(OTHER, 1)];
    expect(new Set(ids).size).toBe(3);
  });

  test.each(['', 'chat_connector', '79001234567', 'c-1', `x${externalIdOf(CHANNEL, 1)}`])(
    'do not claim %p as ours',
    (foreign) => {
      expect(isOurExternalId(foreign)).toBe(false);
    },
  );
});

describe('assigning sources to pipelines', () => {
  const first = externalIdOf(CHANNEL, 1);
  const second = externalIdOf(CHANNEL, 2);

  test('keeps every source when pipelines change their order', () => {
    const known = assignSources({ id: CHANNEL, pipelineIds: [7001, 7002] }, []);
    const swapped = assignSources({ id: CHANNEL, pipelineIds: [7002, 7001] }, known);
    expect(new Set(swapped.map(keyOf))).toEqual(new Set(known.map(keyOf)));
  });

  test('moves the source along when a channel moves to another pipeline', () => {
    const known = assignSources({ id: CHANNEL, pipelineIds: [7001] }, []);
    expect(assignSources({ id: CHANNEL, pipelineIds: [7002] }, known)).toEqual([
      { externalId: first, channelId: CHANNEL, pipelineId: 7002 },
    ]);
  });

  test('gives an added pipeline a source of its own', () => {
    const known = assignSources({ id: CHANNEL, pipelineIds: [7001] }, []);
    expect(assignSources({ id: CHANNEL, pipelineIds: [7004, 7001] }, known)).toEqual([
      { externalId: second, channelId: CHANNEL, pipelineId: 7004 },
      { externalId: first, channelId: CHANNEL, pipelineId: 7001 },
    ]);
  });

  test('never gives two pipelines one source, whatever the admin does one save after another', () => {
    const choice = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 12 }), (saves) => {
        let known: ReturnType<typeof assignSources> = [];
        for (const pipelineIds of saves) {
          const next = assignSources({ id: CHANNEL, pipelineIds }, known);
          expect(next.map((mapping) => mapping.pipelineId)).toEqual(pipelineIds);
          expect(new Set(next.map((mapping) => mapping.externalId)).size).toBe(next.length);
          for (const mapping of known) {
            if (!pipelineIds.includes(mapping.pipelineId)) continue;
            expect(next).toContainEqual(mapping);
          }
          known = next;
        }
      }),
    );
  });
});

describe('wanted sources', () => {
  const channels = [
    { id: CHANNEL, name: 'Support', pipelineIds: [7001, 7002] },
    { id: OTHER, name: 'Sales', pipelineIds: [7004] },
  ];
  const mappings = channels.flatMap((channel) => assignSources(channel, []));

  test('carry the channel name, and only the default channel’s first pipeline is the default', () => {
    expect(wantedSources(channels, mappings, CHANNEL)).toEqual([
      { externalId: externalIdOf(CHANNEL, 1), name: 'Support', pipelineId: 7001, isDefault: true },
      { externalId: externalIdOf(CHANNEL, 2), name: 'Support', pipelineId: 7002, isDefault: false },
      { externalId: externalIdOf(OTHER, 1), name: 'Sales', pipelineId: 7004, isDefault: false },
    ]);
  });

  test('follow the order of pipelines with the default', () => {
    const swapped = [{ id: CHANNEL, name: 'Support', pipelineIds: [7002, 7001] }];
    const wanted = wantedSources(swapped, mappings, CHANNEL);
    expect(wanted.find((source) => source.isDefault)?.pipelineId).toBe(7002);
  });
});

describe('the plan', () => {
  const wanted: WantedSource[] = [
    { externalId: externalIdOf(CHANNEL, 1), name: 'Support', pipelineId: 7001, isDefault: true },
    { externalId: externalIdOf(OTHER, 1), name: 'Sales', pipelineId: 7002, isDefault: false },
  ];

  test('is empty when Kommo has exactly what is wanted', () => {
    const plan = planSources(wanted, wanted.map(existing), CODE);
    expect(isEmptyPlan(plan)).toBe(true);
  });

  test('creates what is missing, the default last', () => {
    expect(planSources(wanted, [], CODE)).toEqual({
      create: [wanted[1], wanted[0]],
      update: [],
      remove: [],
    });
  });

  test.each<[string, Partial<ExistingSource>]>([
    ['name', { name: 'renamed in Kommo' }],
    ['pipeline', { pipelineId: 7003 }],
    ['default', { isDefault: true }],
    ['origin code', { originCode: null }],
  ])('corrects a changed %s', (_what, change) => {
    const sources = wanted
      .map(existing)
      .map((source) => ({ ...source, ...(source.id === 101 && change) }));
    const plan = planSources(wanted, sources, CODE);
    expect(plan).toEqual({ create: [], update: [{ id: 101, ...wanted[1] }], remove: [] });
  });

  test('takes the default away before it gives it to another source', () => {
    const moved = wanted.map((source) => ({ ...source, isDefault: !source.isDefault }));
    const plan = planSources(moved, wanted.map(existing), CODE);
    expect(plan.update.map((source) => source.isDefault)).toEqual([false, true]);
  });

  test('removes what an earlier install left behind, and nothing that is not ours', () => {
    const leftOver = {
      ...existing(wanted[0] as WantedSource, 9),
      externalId: externalIdOf(randomUUID(), 1),
    };
    const automatic = { ...existing(wanted[0] as WantedSource, 10), externalId: 'chat_connector' };
    const nameless = { ...existing(wanted[0] as WantedSource, 11), externalId: null };
    const plan = planSources(
      wanted,
      [...wanted.map(existing), leftOver, automatic, nameless],
      CODE,
    );
    expect(plan).toEqual({ create: [], update: [], remove: [leftOver.id] });
  });

  test('removes the second source of one external id', () => {
    const twice = [...wanted.map(existing), existing(wanted[0] as WantedSource, 5)];
    expect(planSources(wanted, twice, CODE).remove).toEqual([105]);
  });

  test('leads to what is wanted from any state of Kommo', () => {
    const ids = [1, 2, 3, 4].map((number) => externalIdOf(CHANNEL, number));
    const source = fc.record({
      name: fc.constantFrom('a', 'b'),
      pipelineId: fc.integer({ min: 1, max: 3 }),
      isDefault: fc.boolean(),
      externalId: fc.constantFrom(...ids),
    });
    const sources = fc.uniqueArray(source, { selector: (one) => one.externalId });
    fc.assert(
      fc.property(sources, sources, (goal, start) => {
        const before = start.map(existing);
        const plan = planSources(goal, before, CODE);
        const updates = new Map(plan.update.map((one) => [one.id, one]));
        const after = [
          ...before
            .filter((one) => !plan.remove.includes(one.id))
            .map((one) => updates.get(one.id) ?? one),
          ...plan.create,
        ];
        expect(after.map(essence).sort()).toEqual(goal.map(essence).sort());
      }),
    );
  });
});

function existing(source: WantedSource, index: number): ExistingSource {
  return { ...source, id: 100 + index, originCode: CODE };
}

function keyOf(mapping: { externalId: string; pipelineId: number }): string {
  return `${mapping.externalId} ${mapping.pipelineId}`;
}

function essence(source: Omit<ExistingSource, 'id' | 'originCode'>): string {
  return [source.externalId, source.name, source.pipelineId, source.isDefault].join(' ');
}
