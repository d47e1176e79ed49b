/**
 * How many times longer than on an idle machine everything may take. It costs nothing where tests pass, and a
 * machine that does other work beside them must not turn them red.
 */
export const PATIENCE = 4;
