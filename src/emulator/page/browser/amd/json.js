/** Loader plugin `json!path`: the file, parsed. */
define([], () => ({
  load(name, parentRequire, done) {
    const address = parentRequire.toUrl(name);
    fetch(address).then(
      async (response) => {
        if (!response.ok) {
          done.error(new Error(`json!${name}: ${address} answered ${response.status}`));
          return;
        }
        try {
          done(JSON.parse(await response.text()));
        } catch (error) {
          done.error(new Error(`json!${name}: ${error.message}`));
        }
      },
      (error) => done.error(error),
    );
  },
}));
