/** What a component gets when it imports a stylesheet: the build collects it, jsdom needs none. */
module.exports = {};
