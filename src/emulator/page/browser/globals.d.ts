/** Page globals that the loader and the widgets rely on. */
interface RequireError extends Error {
  requireType?: string;
  requireModules?: string[];
  originalError?: Event | Error;
}

interface RequireFunction {
  (
    names: string[],
    done: (...values: unknown[]) => void,
    failed?: (error: RequireError) => void,
  ): void;
  (name: string): unknown;
  config(options: object): void;
  undef(name: string): void;
  onError: (error: RequireError) => void;
  /** Fetches one module; RequireJS lets a page replace it. */
  load(context: { completeLoad(name: string): void }, name: string, address: string): void;
}

interface Window {
  requirejs: RequireFunction;
  require: RequireFunction;
  define: {
    (name: string, dependencies: string[], factory: (...values: never[]) => unknown): void;
    amd: object;
  };
  APP: Record<string, unknown>;
  AMOCRM: Record<string, unknown>;
  __emulator: EmulatorHook;
}

/** For tests: the area's own promise, and the record. Everything else goes through /__emulator/. */
interface EmulatorHook {
  /** Settles once the area is drawn and the widget's first callbacks have run. */
  ready: Promise<void>;
  log: readonly import('./types.d.ts').LogEntry[];
  /** Settles once `GET /__emulator/log` has everything the page recorded before. */
  logSent(): Promise<unknown>;
  /** Navigates in the page as Kommo does: `destroy`, then `page:changed`, then builds the area again. */
  leaveAndReturn(): Promise<void>;
}
