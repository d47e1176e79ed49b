const FOLDERS = /(^|\/)(vendors?|libs?|libraries|plugins?|third[-_]?party|bower_components)\//i;
const NAMES =
  /(^|\/)(vendors?|libs?|amplitude|angular|axios|backbone|bootstrap|chart|d3|handlebars|inputmask|jquery|lodash|moment|mustache|polyfill|react|requirejs|select2|sentry|socket\.io|swiper|toastr|underscore|vue)([.~-][\w.~-]*)?\.(js|css)$/i;

/** Code of others, as far as the name tells; moderation reads what the developer wrote. */
export function isThirdParty(file: string): boolean {
  return FOLDERS.test(file) || NAMES.test(file) || /[.-]min\.(js|css)$/i.test(file);
}

/** More characters in a line than people write, on the average. */
const MINIFIED = 250;

/** Whether a tool wrote it to be small rather than to be read. */
export function isMinified(source: string): boolean {
  return source.length > 500 && source.length / source.trimEnd().split('\n').length > MINIFIED;
}
