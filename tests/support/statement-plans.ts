import { PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { type Db, openHandle } from '../../src/server/platform/database/database.ts';
import { createScratchDatabase } from './database.ts';

/** A database of its own that tells how PostgreSQL carries out what is asked of it. */
export interface PlannedDatabase {
  db: Db;
  /** Those of these tables that any statement of the work reads from the first row to the last. */
  tablesReadThrough(
    tables: readonly string[],
    work: (db: Db) => Promise<unknown>,
  ): Promise<string[]>;
  close(): Promise<void>;
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

export async function openPlannedDatabase(): Promise<PlannedDatabase> {
  const scratch = await createScratchDatabase();
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2 });
  pool.on('error', () => undefined);
  let asked: { text: string; values: unknown[] }[] = [];

  /** The connection, with a note of each statement. */
  const noting = (client: pg.PoolClient): pg.PoolClient =>
    new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'query') return value.bind(target);
        return (statement: unknown, values: unknown[] = []) => {
          const text =
            typeof statement === 'string' ? statement : (statement as { text: string }).text;
          const given =
            typeof statement === 'string' ? values : (statement as { values?: [] }).values;
          asked.push({ text, values: given ?? [] });
          return value.call(target, statement, values);
        };
      },
    });

  const db = openHandle(
    new PostgresDialect({
      pool: {
        connect: async () => noting(await pool.connect()),
        end: () => pool.end(),
      } as unknown as PostgresPool,
    }),
  );

  return {
    db,
    async tablesReadThrough(tables, work) {
      asked = [];
      await work(db);
      const statements = asked.filter(({ text }) => namesIn(text, tables));
      expect(statements.length).toBeGreaterThan(0);
      const found: string[] = [];
      for (const { text, values } of statements) {
        const { rows } = await pool.query(`explain (format json) ${text}`, values);
        found.push(...scansIn(rows[0]['QUERY PLAN'][0].Plan));
      }
      return found.filter((table) => tables.includes(table));
    },
    async close() {
      await db.destroy();
      await scratch.drop();
    },
  };
}

function namesIn(text: string, tables: readonly string[]): boolean {
  return new RegExp(`\\b(?:${tables.join('|')})\\b`).test(text);
}

function scansIn(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansIn)];
}
