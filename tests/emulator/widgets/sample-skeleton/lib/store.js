/** Keeps the settings for modules that have no widget at hand. */
define([], () => {
  let settings = {};
  return {
    keep: (given) => {
      settings = given;
    },
    kept: () => settings,
  };
});
