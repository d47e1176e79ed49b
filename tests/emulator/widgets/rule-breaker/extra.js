window.ruleBreakerWasHere = true;
