import { createScreenNode } from '../../src/widget/first-frame.ts';
import { createFakeHost, readLanguage } from './support/fake-host.ts';
import { openSettings } from './support/open-settings.tsx';

/** What takes room on the screen, in order. */
function looks(root: ParentNode): string[] {
  const parts = root.querySelectorAll('.kcc-bar, .kcc-title, .kcc-skeleton, .kcc-skeleton *');
  return [...parts].map(({ tagName, className, textContent, role }) =>
    // The help link is at the end of its bar and takes no room of its own.
    [tagName, className, role ?? '', className === 'kcc-bar' ? '' : textContent].join(' '),
  );
}

test.each(['en', 'es', 'tr'] as const)(
  'the first frame has what the screen has while it loads, in its place: %s',
  async (language) => {
    const node = createScreenNode(readLanguage(language));
    await openSettings({ host: createFakeHost(language), waitFor: 'nothing' });
    expect(looks(node)).toEqual(looks(document.body));
    expect(looks(node)).toHaveLength(7);
  },
);
