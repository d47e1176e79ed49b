import type { Severity } from './problem.ts';

interface Common {
  /** For people who write a manifest. */
  description: string;
  /** Page the description rests on; without one that of the value around it. */
  source?: string;
  /** What a value of another kind is; `error` without it. */
  severity?: Severity;
  /** What its absence is; without it the value may be left out. */
  need?: Severity;
}

export interface ScalarShape extends Common {
  type: 'string' | 'boolean' | 'integer' | 'number';
  enum?: readonly (string | number | boolean)[];
  /** Regular expression, and what it wants in words. */
  pattern?: string;
  wanted?: string;
  /** The value is the key of a text in i18n; `perhaps`: or the text itself. */
  text?: true | 'perhaps';
}

export interface ArrayShape extends Common {
  type: 'array';
  items: Shape;
  minItems?: number;
  maxItems?: number;
  /** What too few or too many are; `error` without it. */
  lengthSeverity?: Severity;
  unique?: true;
}

export interface ObjectShape extends Common {
  type: 'object';
  properties?: Readonly<Record<string, Shape>>;
  /** Shape of whatever has a name the widget chooses. Without it no other name is known. */
  rest?: Shape;
}

/** What a value of a JSON file may be: read by the rules, and written out as a JSON schema. */
export type Shape = ScalarShape | ArrayShape | ObjectShape;
