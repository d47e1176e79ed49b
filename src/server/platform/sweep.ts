/** One recurring duty of a worker. Runs may overlap on several replicas and must not mind. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}
