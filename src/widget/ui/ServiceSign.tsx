import type { ReactNode } from 'react';
import type { AuthKind } from '../../contract/connectors.ts';
import { serviceDrawing } from './service-drawings.ts';

interface ServiceSignProps {
  /** The connector's id. */
  connector: string;
  auth: AuthKind;
  /** Its width and height in CSS pixels. The smallest is for the corner of an account's picture. */
  size?: 16 | 24 | 32;
}

/** The coloured sign of a chat service. Always decoration next to its name. */
export function ServiceSign({ connector, auth, size = 32 }: ServiceSignProps): ReactNode {
  const { colour, lines, shapes, letter } = serviceDrawing(connector, auth);
  return (
    <svg
      className="kcc-sign"
      viewBox="0 0 32 32"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <rect width="32" height="32" rx="9" fill={colour} />
      {shapes && <path d={shapes} fill="#ffffff" />}
      <path d={lines} stroke="#ffffff" />
      {letter && (
        <text x="16" y={auth === 'oauth' ? 22.5 : 21} fill="#ffffff">
          {letter}
        </text>
      )}
    </svg>
  );
}
