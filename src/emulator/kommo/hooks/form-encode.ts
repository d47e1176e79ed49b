/** PHP's nested form encoding: `a[b][0]=c`. Every scalar becomes text. */
export function formEncode(value: object): string {
  const form = new URLSearchParams();
  const add = (name: string, part: unknown): void => {
    if (typeof part === 'object' && part !== null) {
      for (const [key, inner] of Object.entries(part)) add(`${name}[${key}]`, inner);
    } else if (part !== null && part !== undefined) form.append(name, String(part));
  };
  for (const [name, part] of Object.entries(value)) add(name, part);
  return form.toString();
}
