import type { SourceFault } from '../contract/development.ts';

/** `src/widget/app.ts:12:5  message`: editors and terminals make a link of it. */
export function describeFault({ file, line, column, message }: SourceFault): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}  ${message}`;
}
