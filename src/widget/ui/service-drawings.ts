import type { AuthKind } from '../../contract/connectors.ts';

/** How the sign of a service looks: a coloured tile with a white drawing on it. */
export interface ServiceDrawing {
  colour: string;
  /** Lines, on a square of 32. */
  lines: string;
  /** Filled shapes. */
  shapes?: string;
  /** A letter in the middle of the drawing. */
  letter?: string;
}

const WHATSAPP: ServiceDrawing = {
  colour: '#1e9e58',
  // A phone, and a message that comes out of it.
  lines: 'M13.5 6.5H9a2 2 0 0 0-2 2v15a2 2 0 0 0 2 2h7a2 2 0 0 0 2-2V19 M11.5 22.5h2',
  shapes:
    'M18 5.5h6a2.5 2.5 0 0 1 2.5 2.5v5.2a2.5 2.5 0 0 1-2.5 2.5h-3.6l-3.4 2.8v-3a2.5 2.5 0 0 1-1.5-2.3V8A2.5 2.5 0 0 1 18 5.5Z',
};

/** Drawn for this project: no service's own logo. Colour and subject are what people know the service by. */
const DRAWINGS: Readonly<Record<string, ServiceDrawing>> = {
  telegram: {
    colour: '#2b8fd4',
    // A folded paper dart.
    lines: 'M25.5 7 6.5 13.6l6.9 4.3L18 25.5Z M25.5 7 13.4 17.9',
  },
  waha: WHATSAPP,
  evolution: WHATSAPP,
  slack: {
    colour: '#b565c9',
    // Colleagues who talk: two bubbles.
    lines: 'M11 19.5H9.5L6.5 22V9a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v1.5',
    shapes: 'M13.5 13h10a2 2 0 0 1 2 2v11l-3.2-2.5h-8.8a2 2 0 0 1-2-2V15a2 2 0 0 1 2-2Z',
  },
  api: {
    colour: '#cf7018',
    // Angle brackets, as in code.
    lines: 'M11 10.5 5.8 16l5.2 5.5 M21 10.5l5.2 5.5-5.2 5.5 M18 8.5l-4 15',
  },
};

/** What stands around the letter of a service that has no drawing of its own. */
const FRAMES: Record<AuthKind, string> = {
  // A window, the edges of a code, a key's bow.
  oauth: 'M8 6.5h16a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2Z M6 10.5h20',
  qr: 'M6 11V7.5A1.5 1.5 0 0 1 7.5 6H11 M21 6h3.5A1.5 1.5 0 0 1 26 7.5V11 M26 21v3.5a1.5 1.5 0 0 1-1.5 1.5H21 M11 26H7.5A1.5 1.5 0 0 1 6 24.5V21',
  api_key: 'M16 5.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21Z',
};

/** Each at least 3 to 1 against both themes' grounds, and under white. */
const COLOURS = [
  '#0f96a0',
  '#e0567f',
  '#6f7fe0',
  '#a8842a',
  '#5f9a2e',
  '#d9645a',
  '#c2659b',
  '#7d8b9e',
] as const;

/** The drawing of a connector. One that the operator configured has its first letter, and a colour from its id. */
export function serviceDrawing(connector: string, auth: AuthKind): ServiceDrawing {
  const own = Object.hasOwn(DRAWINGS, connector) ? DRAWINGS[connector] : undefined;
  if (own) return own;
  const sum = [...connector].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return {
    colour: COLOURS[sum % COLOURS.length] ?? COLOURS[0],
    lines: FRAMES[auth],
    letter: ([...connector][0] ?? '?').toUpperCase(),
  };
}
