/** Everything in JSON text that matters to its structure: strings, brackets, colons. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * Whether an object of this valid JSON text holds the same member twice. Parsers disagree on which one counts, so text
 * we trust must hold none.
 */
export function hasDuplicateMembers(json: string): boolean {
  // One entry for each open bracket: the members of an object, or nothing for an array.
  const open: (Set<string> | undefined)[] = [];
  const tokens = json.match(TOKENS) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && tokens[index + 1] === ':') {
      const members = open.at(-1);
      // Escapes can spell one name in many ways.
      const name = String(JSON.parse(token));
      if (members?.has(name) === true) return true;
      members?.add(name);
    }
  }
  return false;
}
