import { describe } from "vitest";
import { describeUploads, useUppy } from "./uppy.ts";
import { describeCompletion } from "./uppy-completion.ts";
import { describeEndpoint } from "./uppy-endpoint.ts";

describe("Uppy 5", () => {
  const setting = useUppy(5, "endpoint");
  describeUploads(setting);
  describeEndpoint(setting);
  describeCompletion(setting, { isHelped: true });
});
