// The program was called so: units and scripts of operators may still name it. It keeps 15 MB more than `main.js`.
// biome-ignore lint/correctness/useImportExtensions: it is JavaScript.
import './main.js';
