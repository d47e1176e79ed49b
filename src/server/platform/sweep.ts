/** Work that every worker repeats. It must tolerate runs that overlap on several replicas. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}
