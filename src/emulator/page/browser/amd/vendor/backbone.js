/** The name under which older widgets ask for it. */
define(['backbone'], (backbone) => backbone);
