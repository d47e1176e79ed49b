/** The name under which older widgets ask for it. */
define(['jplayer'], (jplayer) => jplayer);
