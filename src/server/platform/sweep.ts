/** One recurring duty of a worker. Runs may overlap on several replicas and must not mind. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
  /** Waits for what its runs have begun and left to itself. */
  rest?: () => Promise<void>;
}
