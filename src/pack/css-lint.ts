import { type AtRule, type Container, CssSyntaxError, parse, type Root, type Rule } from 'postcss';
import type { Fault } from './fault.ts';

/** Root class of everything the widget draws. */
const ROOT_CLASS = 'chat-connector';

/** A selector may start with Kommo's dark theme. Then it must continue with a class of ours. */
const OWN_SELECTOR = new RegExp(
  `^((html|:root)?\\[data-color-scheme=['"]?dark['"]?\\]\\s+)?\\.${ROOT_CLASS}(?![A-Za-z0-9])`,
);

/** At-rules that contain rules without changing what they apply to. */
const GROUPS = ['media', 'supports', 'container', 'layer'];

/**
 * No selector may reach outside the widget (https://developers.kommo.com/docs/style-css): a rule for
 * `button` or `:root` would restyle the whole account.
 */
export function lintStyles(file: string, source: string): Fault[] {
  let root: Root;
  try {
    root = parse(source);
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    return [{ file, line: error.line, message: error.reason }];
  }
  return outermostRules(root).flatMap((rule) =>
    problemsOf(rule).map((message) => ({ file, line: rule.source?.start?.line, message })),
  );
}

/** All rules that are not nested in another rule: what is nested in one of ours stays in the widget. */
function outermostRules(container: Container): (Rule | AtRule)[] {
  return (container.nodes ?? []).flatMap((node) => {
    if (node.type === 'atrule' && GROUPS.includes(node.name)) return outermostRules(node);
    return node.type === 'rule' || node.type === 'atrule' ? [node] : [];
  });
}

function problemsOf(rule: Rule | AtRule): string[] {
  if (rule.type === 'rule') {
    return rule.selectors
      .filter((selector) => !OWN_SELECTOR.test(selector))
      .map((selector) => `"${selector}" is a global selector; begin it with .${ROOT_CLASS}`);
  }
  const { name, params } = rule;
  if (name === 'import') {
    return ['@import fetches a stylesheet that no one has checked; put the rules here'];
  }
  if (name !== 'keyframes') return [`${`@${name} ${params}`.trim()} reaches the whole page`];
  if (params.startsWith(`${ROOT_CLASS}-`)) return [];
  return [`@keyframes ${params}: the name is global on the page; begin it with ${ROOT_CLASS}-`];
}
