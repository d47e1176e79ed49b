import { wholeFactorSize } from '../../src/widget/connect/qr-size.ts';

/** The beginning of a picture so wide. */
function png(width: number): string {
  const header = [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82];
  const bytes = [...header, 0, 0, width >> 8, width & 255, 0, 0, width >> 8, width & 255];
  return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
}

test.each([
  [53, 294, 265],
  [69, 294, 276],
  [53, 240, 212],
  [29, 294, 290],
  [294, 294, 294],
])(
  'a code of %d modules in %d pixels is drawn %d wide, all its modules alike',
  (own, room, size) => {
    expect(wholeFactorSize(png(own), room)).toBe(size);
    expect(size % own).toBe(0);
  },
);

test.each([png(318), 'data:image/png;base64,', 'no picture', 'data:image/png;base64,!!'])(
  'a picture with no room, or none at all, fills the square: %.40s',
  (image) => {
    expect(wholeFactorSize(image, 294)).toBe(294);
  },
);
