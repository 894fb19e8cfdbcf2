import { runNixServer } from "./program.ts";

runNixServer(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
