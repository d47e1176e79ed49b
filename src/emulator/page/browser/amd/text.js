/** Loader plugin `text!path`: the file as a string. */
define([], () => ({
  load(name, parentRequire, done) {
    const address = parentRequire.toUrl(name);
    fetch(address).then(
      async (response) => {
        if (response.ok) done(await response.text());
        else done.error(new Error(`text!${name}: ${address} answered ${response.status}`));
      },
      (error) => done.error(error),
    );
  },
}));
