import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** What a process has had of the processor so far, as Linux counts it; zero elsewhere. */
export function processorSeconds(pid: number): number {
  try {
    // Behind the command in parentheses: user and system time are the 12th and 13th of what follows.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Resident memory of a process, in MB, looked at again and again. */
export interface MemoryWatch {
  /** Ends it. @returns what was seen, oldest first; zeros where there is no Linux */
  stop(): number[];
}

export function watchMemory(pid: number, everyMs = 500): MemoryWatch {
  const seen = [residentMemory(pid)];
  const timer = setInterval(() => seen.push(residentMemory(pid)), everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return seen;
    },
  };
}

function residentMemory(pid: number): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
