import { type AtRule, type Container, CssSyntaxError, parse, type Root, type Rule } from 'postcss';
import { PAGES } from './pages.ts';

/** One fault of a stylesheet. */
export interface StyleFault {
  line?: number;
  message: string;
  /** What it is about, such as the selector; the rest of the message is the same for all of a kind. */
  subject?: string;
  source: string;
}

/** At-rules that contain rules without changing what they apply to. */
const GROUPS = ['media', 'supports', 'container', 'layer'];

/** Classes of the page itself, as far as public widgets and the vendor's samples show them. */
const KOMMO_CLASS =
  /^\.(button-input|control[-_]|text-input|modal(-body|-list|-scroller)?|card[-_]|list[-_]|widget[-_]settings|widget_settings|digital-pipeline|linked-form|nav[-_]|notification|pipeline[-_]|feed-|js-|icon(-|$)|h-|content__|aside|safety_settings|switcher|tips[-_]|checkbox|overlay)/;

/** Whether a rule reaches beyond the widget. */
export type IsGlobal = (selector: string) => boolean;

/** Nothing in it is the widget's own: elements and the page's classes only. */
export function isGlobalSelector(selector: string): boolean {
  const names = selector.replaceAll(/\[[^\]]*\]|\([^)]*\)/g, '').match(/[.#][\w-]+/g) ?? [];
  const isOwn = (name: string) => !KOMMO_CLASS.test(name);
  return !names.some(isOwn) && !/\[(id|class|data-)[^\]]*\]/.test(withoutTheme(selector));
}

function withoutTheme(selector: string): string {
  return selector.replaceAll(/\[data-color-scheme[^\]]*\]/g, '');
}

/**
 * No selector may reach outside the widget (https://developers.kommo.com/docs/style-css): a rule for
 * `button` or `:root` would restyle the whole account.
 */
export function lintStyles(source: string, isGlobal: IsGlobal = isGlobalSelector): StyleFault[] {
  let root: Root;
  try {
    root = parse(source);
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    return [{ line: error.line, message: `is not CSS: ${error.reason}`, source: PAGES.styles }];
  }
  return outermostRules(root).flatMap((rule) => {
    const line = rule.source?.start?.line;
    return faultsOf(rule, isGlobal).map((fault) => ({ line, ...fault, source: PAGES.styles }));
  });
}

/** All rules that are not nested in another rule: what is nested in an own one stays in the widget. */
function outermostRules(container: Container): (Rule | AtRule)[] {
  return (container.nodes ?? []).flatMap((node) => {
    if (node.type === 'atrule' && GROUPS.includes(node.name)) return outermostRules(node);
    return node.type === 'rule' || node.type === 'atrule' ? [node] : [];
  });
}

/** Variables of the widget on the root, as the page on the dark theme shows them; not Kommo's own. */
function declaresVariables(rule: Rule): boolean {
  return (
    rule.nodes.length > 0 &&
    rule.nodes.every((node) => node.type === 'decl' && /^--(?!palette-)/.test(node.prop))
  );
}

function faultsOf(
  rule: Rule | AtRule,
  isGlobal: IsGlobal,
): { message: string; subject?: string }[] {
  if (rule.type === 'rule') {
    if (isGlobal === isGlobalSelector && declaresVariables(rule)) return [];
    return rule.selectors.filter(isGlobal).map((subject) => ({
      message: 'a global selector; begin it with a class of the widget',
      subject,
    }));
  }
  if (rule.name !== 'import' || !/^(url\()?\s*["']?(https?:)?\/\//.test(rule.params)) return [];
  return [{ message: '@import fetches a stylesheet that no one has checked; put the rules here' }];
}
