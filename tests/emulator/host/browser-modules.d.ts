/** Types of the page's pure modules for the tests: the page is JavaScript and checked as a project of its own. */
declare module '*/sdk/may-run.js' {
  interface Situation {
    locations: string[];
    isOnce: boolean;
    area: string[];
    status: 'install' | 'not_configured' | 'installed';
    runsUnsaved: boolean;
  }
  interface Found {
    callback?: unknown;
    owner?: unknown;
    why?: string;
    advice?: string;
  }
  export function namesLocation(locations: readonly string[] | undefined, name: string): boolean;
  export function whyNotHere(situation: Situation): string;
  export function whyWithheld(situation: Situation, name: string): string;
  export function callbackFor(situation: Situation, callbacks: unknown, name: string): Found;
}

declare module '*/core/host-names.js' {
  export function hostNames(selector: string, widgetCode: string): string[];
  export function namesIn(selector: string): string[];
  export function namesGivenIn(source: string): string[];
}
