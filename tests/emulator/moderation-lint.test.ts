import { lintScript, lintVendor } from '../../src/emulator/upload/moderation-lint.ts';

function messages(source: string): string[] {
  const faults = lintScript('app.js', source, { isStrict: true });
  return faults.map(({ message, subject }) => (subject ? `${subject} ${message}` : message));
}

test.each([
  ['eval', 'eval("1");', /eval is forbidden/],
  ['eval as a member of window', 'window.eval("1");', /eval is forbidden/],
  ['the Function constructor', 'new Function("return 1");', /eval by another name/],
  ['a timer with a text', 'setTimeout("go()", 1);', /runs it as code/],
  ['alert', 'alert("saved");', /alert is forbidden/],
  ['alert as a member of window', 'window.alert("saved");', /alert is forbidden/],
  ['confirm', 'if (confirm("sure?")) go();', /confirm is forbidden/],
  ['prompt', 'const name = self.prompt("name");', /prompt is forbidden/],
  ['console.log', 'console.log(1);', /console\.log is forbidden/],
  ['console.error', 'try { go(); } catch (e) { console.error(e); }', /console\.error is forbidden/],
  ['console by way of window', 'window.console.warn(1);', /console\.warn is forbidden/],
  ['console.trace outside a catch', 'console.trace(1);', /only in a catch/],
  ['console.trace as an answer', 'go().then(() => console.trace(1));', /only in a catch/],
  ['a script element', 'document.createElement("script");', /AMD loader/],
  ['a script element in capitals', 'document.createElement(`SCRIPT`);', /AMD loader/],
  ['jQuery.getScript', '$.getScript("x.js");', /AMD loader/],
  ['document.write', 'document.write("x");', /document\.write/],
  ['a synchronous ajax call', '$.ajax({ url, async: false });', /synchronous/],
  ['a synchronous XMLHttpRequest', 'request.open("GET", url, false);', /synchronous/],
  ['a virtual click', 'document.querySelector(".js-widget-save").click();', /virtual clicks/],
  ['a triggered click', '$save.trigger("click");', /virtual clicks/],
  ['a debugger statement', 'debugger;', /debugger/],
  [
    'a request of the widget in a loop',
    'for (const id of ids) self.crm_post(url, id);',
    /in a loop/,
  ],
  [
    'a request for each of a list',
    'ids.forEach(function (id) { self.$authorizedAjax({ url }); });',
    /in a loop/,
  ],
  [
    "a request to Kommo's API in a loop",
    'while (next) { $.get("/api/v4/leads?page=" + next); }',
    /in a loop/,
  ],
  ['a script as markup', '$("head").append("<script src=x.js></script>");', /AMD loader/],
  ['a module of another host', 'define(["https://cdn.example/x.js"], f);', /another host/],
  ['writing to what Kommo keeps', 'AMOCRM.data.current_card = null;', /AMOCRM is written to/],
  ['the class of the switcher', '$el.hasClass("switcher_on");', /switcher/],
  ['an undeclared variable', 'total = 1;', /total is not declared/],
  ['a source map', '//# sourceMappingURL=app.js.map', /source map/],
  ['a minified line', `const a = [${'1,'.repeat(300)}];`, /must not be minified/],
])('%s is refused', (_, source, message) => {
  expect(messages(source)).toContainEqual(expect.stringMatching(message));
});

test.each([
  ['console.trace in a catch block', 'try { go(); } catch (error) { console.trace(error); }'],
  ['console.trace in a rejection handler', 'go().catch((error) => console.trace(error));'],
  ['console.trace as the second of then', 'go().then(on, (error) => { console.trace(error); });'],
  ['a function of our own that is called confirm', 'function confirm() {} confirm();'],
  ['a method of our own that is called alert', 'const ui = { alert() {} }; ui.alert();'],
  ['a `self` of our own', 'const self = this; self.prompt();'],
  ['another element', 'document.createElement("link");'],
  ['an asynchronous call', '$.ajax({ url, async: true }); request.open("GET", url, true);'],
  ['a click handler', 'button.addEventListener("click", go); $(button).on("click", go);'],
  [
    'a request that a click in a loop will make',
    'for (const b of all) b.on("click", () => self.crm_post(u));',
  ],
  ['a request of another host in a loop', 'for (const u of all) fetch("https://x.example/" + u);'],
  ['the handlers Kommo offers for writing', 'APP.widgets.legal_handlers = [f];'],
  ['reading what Kommo keeps', 'const card = APP.data.current_card;'],
  ['words in texts', 'const text = "alert(1) eval(2) console.log(3)";'],
])('%s is allowed', (_, source) => {
  expect(messages(source)).toEqual([]);
});

test('a fault names its line', () => {
  expect(lintScript('app.js', 'const a = 1;\n\nalert(a);\n')).toEqual([
    expect.objectContaining({ line: 3, message: expect.stringContaining('alert') }),
  ]);
});

test('other people’s code may be minified and may log, but not run text', () => {
  expect(lintVendor(`console.error(${'1,'.repeat(500)}1)`)).toEqual([]);
  expect(lintVendor('x=new Function("return this")')).toHaveLength(1);
});

test('a strange widget may click its own elements, but not Install', () => {
  const faults = (source: string) => lintScript('script.js', source).map(({ message }) => message);
  expect(faults('fileInput.click(); $tab.trigger("click");')).toEqual([]);
  expect(faults('$(".js-widget-install").trigger("click");')).toEqual([
    expect.stringContaining('virtual clicks are forbidden'),
  ]);
  expect(faults('$(".js-widget-save").click();')).toEqual([
    expect.stringContaining('only if there is nothing to set'),
  ]);
});
