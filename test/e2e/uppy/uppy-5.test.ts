import { describe } from "vitest";
import { describeUploads, useUppy } from "../support/uppy-page.ts";
import { describeCompletion } from "../support/uppy-completion.ts";
import { describeEndpoint } from "../support/uppy-endpoint.ts";

describe("Uppy 5", () => {
  const setting = useUppy(5, "endpoint");
  describeUploads(setting);
  describeEndpoint(setting);
  describeCompletion(setting, { isHelped: true });
});
