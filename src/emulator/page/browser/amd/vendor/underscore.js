/** The name under which older widgets ask for it. */
define(['underscore'], (underscore) => underscore);
