// In:  the words of a command line.
// Out: an exit code.
// Does not know: how anything is made; commands call `app/`.

export { run } from "./run.ts";
