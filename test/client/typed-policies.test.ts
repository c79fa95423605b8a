import { describe, expectTypeOf, it } from "vitest";
import type { UploadOptionsOf, Uploader } from "../../client/web/src/index.ts";
import type development from "../../dev/presigner.config.ts";

type Options = UploadOptionsOf<typeof development>;
type DownloadOptions = NonNullable<Parameters<Uploader<typeof development>["download"]>[1]>;

describe("an uploader with the type of a configuration", () => {
  it("knows the names of the policies", () => {
    expectTypeOf<{ policy: "photo" }>().toExtend<Options>();
    expectTypeOf<{ policy: "phto" }>().not.toExtend<Options>();
    expectTypeOf<DownloadOptions["policy"]>().toEqualTypeOf<
      keyof (typeof development)["policies"] | undefined
    >();
  });

  it("knows the metadata of each policy", () => {
    expectTypeOf<{ policy: "document"; metadata: { album: "a" } }>().toExtend<Options>();
    expectTypeOf<{ readonly nobody: string }>().not.toExtend<
      NonNullable<Extract<Options, { policy: "document" }>["metadata"]>
    >();
  });

  it("offers no policy that gives credentials: such a policy has no tickets", () => {
    type Mixed = (typeof development)["policies"] & {
      readonly sync: {
        readonly store: "media";
        readonly key: "sync/{user}/";
        readonly credentials: { readonly actions: readonly ["read"] };
      };
    };
    type MixedOptions = UploadOptionsOf<{ readonly policies: Mixed }>;
    type MixedDownload = NonNullable<
      Parameters<Uploader<{ readonly policies: Mixed }>["download"]>[1]
    >;
    expectTypeOf<{ policy: "photo" }>().toExtend<MixedOptions>();
    expectTypeOf<{ policy: "sync" }>().not.toExtend<MixedOptions>();
    expectTypeOf<"sync">().not.toExtend<MixedDownload["policy"]>();
  });

  it("takes any policy without it", () => {
    expectTypeOf<{ policy: "anything"; metadata: { a: "b" } }>().toExtend<
      NonNullable<Parameters<Uploader["upload"]>[1]>
    >();
  });
});
