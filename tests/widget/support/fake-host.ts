import { readFileSync } from 'node:fs';
import type {
  DialogsModule,
  ListModule,
  PanelsModule,
  SectionsModule,
} from '../../../src/widget/app.ts';
import type { Host, PartName } from '../../../src/widget/host.ts';
import { createTexts } from '../../../src/widget/i18n.ts';
import type { InstallStep } from '../../../src/widget/kommo.ts';

/** The languages of the widget. */
export type Language = 'en' | 'es' | 'pt' | 'tr' | 'id';

/** A language file, as Kommo hands it to the widget. */
export function readLanguage(language: Language): object {
  return JSON.parse(readFileSync(`i18n/${language}.json`, 'utf8'));
}

/** The parts that are fetched when they are needed, as webpack builds them. */
const PARTS = {
  sections: (): Promise<SectionsModule> => import('../../../src/widget/parts/sections.ts'),
  dialogs: (): Promise<DialogsModule> => import('../../../src/widget/parts/dialogs.ts'),
  list: (): Promise<ListModule> => import('../../../src/widget/parts/list.ts'),
  connect: (): Promise<PanelsModule> => import('../../../src/widget/parts/connect.ts'),
};

/** A page of Kommo made by hand: it remembers what the screen did to it, and really sends requests. */
export interface FakeHost extends Host {
  step: InstallStep;
  /** Whether Kommo's Save is enabled; undefined before the screen said anything. */
  canSave: boolean | undefined;
  notes: { kind: string; text: string }[];
  /** How often a save was ended without success. */
  endedSaves: number;
}

export function createFakeHost(language: Language = 'en'): FakeHost {
  const host: FakeHost = {
    apiUrl: 'https://backend.test',
    texts: createTexts(readLanguage(language), language),
    step: 'installed',
    canSave: undefined,
    notes: [],
    endedSaves: 0,
    installStep: () => host.step,
    userName: (id) => (id === 8002 ? 'Ben Weber' : undefined),
    async request({ method, path, body, idempotencyKey }) {
      const headers: Record<string, string> = { 'X-Auth-Token': 'token' };
      if (body !== undefined) headers['Content-Type'] = 'application/json';
      if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
      try {
        const response = await fetch(host.apiUrl + path, {
          method,
          headers,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const answer: unknown = await response.json().catch(() => undefined);
        const retryAfter = response.headers.get('retry-after');
        return { status: response.status, body: answer, retryAfter };
      } catch {
        return { status: 0, body: undefined };
      }
    },
    loadPart: <T>(name: PartName) => PARTS[name]() as Promise<T>,
    notify: (kind, text) => host.notes.push({ kind, text }),
    markDirty() {
      host.canSave = true;
    },
    markClean() {
      host.canSave = false;
    },
    focusSave() {
      document.querySelector<HTMLElement>('.js-widget-save')?.focus();
    },
    endSave() {
      host.endedSaves += 1;
    },
  };
  return host;
}
