import { render } from '@testing-library/react';
import { authKind } from '../../src/contract/connectors.ts';
import { ServiceSign } from '../../src/widget/ui/ServiceSign.tsx';
import { serviceDrawing } from '../../src/widget/ui/service-drawings.ts';

/** Kommo's grounds in both themes: surface, panel and hovered row. */
const GROUNDS = ['#ffffff', '#f9f9f9', '#eef2f8', '#153043', '#1a384e', '#1d3c53'];

const OWN = ['telegram', 'waha', 'evolution', 'slack', 'api'];

/** Enough ids of operators to come by every colour. */
const OPERATORS = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));

test.each([...OWN, ...OPERATORS])('the sign of %s can be told from every ground', (id) => {
  const { colour } = serviceDrawing(id, 'oauth');
  for (const ground of GROUNDS) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(3);
});

test.each(authKind.options)('a service of an operator has its first letter: %s', (auth) => {
  const { container } = render(<ServiceSign connector="acme" auth={auth} size={24} />);
  expect(container.textContent).toBe('A');
  expect(container.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true');
});

test('no id of an operator is taken for a property of all objects', () => {
  expect(serviceDrawing('constructor', 'oauth').letter).toBe('C');
});

test('one service looks the same every time, two seldom do', () => {
  expect(serviceDrawing('acme', 'oauth')).toEqual(serviceDrawing('acme', 'oauth'));
  expect(new Set(OPERATORS.map((id) => serviceDrawing(id, 'oauth').colour)).size).toBe(8);
});

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
