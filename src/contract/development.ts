/** What a development build on Kommo's page is told by the development server. Types only; neither of them ships. */

/** Something in the sources that must be mended. */
export interface SourceFault {
  /**
   * `build`: cannot be compiled. `brand`: the brand's file or drawing cannot be used. `types`: tsc objects. `package`: Kommo
   * would refuse it, or moderation.
   */
  kind: 'build' | 'brand' | 'types' | 'package';
  /** Relative to the project. */
  file: string;
  /** 1-based. */
  line?: number;
  /** 1-based. */
  column?: number;
  message: string;
}

export interface DevelopmentState {
  /** Another one whenever anything else of this changes. */
  id: string;
  /** The newest build that could be compiled: its files are at `/widget/<revision>/`. */
  revision: string;
  faults: SourceFault[];
}
