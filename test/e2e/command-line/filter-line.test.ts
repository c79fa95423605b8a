/** What `edge-presigner dev` shows of Wrangler's output. */
import { expect, it } from "vitest";
import { createLineFilter } from "../../../cli/dev/filter-line.ts";

it("shows that a build command has failed, and not the error of Node.js behind it", () => {
  const filter = createLineFilter();
  const lines = [
    "[custom build] ✘ audit.url: must be an https URL",
    "✘ [ERROR] k [Error]: Process exited with non-zero status (2)",
    "      at runCommand (cli.js:192428:26) {",
    "    result: I {",
    "",
    "      _onError: [Function: _onError]",
    "    }",
    "  }",
    "✘ [ERROR] Running custom build `npx edge-presigner build` failed.",
    "  There are likely more logs from your build command above.",
  ];
  expect(lines.flatMap(filter)).toEqual([
    "[custom build] ✘ audit.url: must be an https URL",
    "✘ [ERROR] Running custom build `npx edge-presigner build` failed.",
    "  There are likely more logs from your build command above.",
  ]);
});
