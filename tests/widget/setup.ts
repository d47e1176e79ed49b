import '@testing-library/jest-dom';
import { cleanup, configure } from '@testing-library/react';
import { PATIENCE } from '../support/patience.ts';
import { network } from './support/network.ts';

/** The machine may be busy with other tests; a condition that holds is seen at once all the same. */
configure({ asyncUtilTimeout: 5000 * PATIENCE });

/** What was complained about during the test. One that provokes a complaint takes it out of here. */
export const complaints: unknown[][] = [];

beforeAll(() => {
  network.listen({ onUnhandledFrame: 'error' });
});

beforeEach(() => {
  complaints.length = 0;
});

for (const level of ['error', 'warn'] as const) {
  console[level] = (...said: unknown[]) => {
    complaints.push(said);
  };
}

afterEach(() => {
  cleanup();
  network.resetHandlers();
  document.body.replaceChildren();
  document.head.replaceChildren();
  sessionStorage.clear();
  // What React, jsdom or msw complain about is a fault of the code under test.
  expect(complaints).toEqual([]);
});

afterAll(() => {
  network.close();
});

/** jsdom has the dialog element but not its methods. */
HTMLDialogElement.prototype.showModal = function showModal() {
  const opener = document.activeElement;
  this.open = true;
  (this.querySelector<HTMLElement>('[autofocus]') ?? this).focus();
  this.addEventListener('close', () => (opener as HTMLElement | null)?.focus(), { once: true });
};

HTMLDialogElement.prototype.close = function close() {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};
