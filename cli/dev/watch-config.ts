/** Loads a configuration, and loads it again whenever the file changes, or one that it imports. */
import { context, formatMessagesSync } from "esbuild";
import { bundleOptionsFor } from "../bundle-config.ts";
import { cannotLoad, readDefinition } from "../load-config.ts";

type Loaded = { readonly definition: unknown } | { readonly error: unknown };

/** Calls `onLoad` with each version, one after the other. Returns a function that ends it. */
export async function watchConfig(
  path: string,
  onLoad: (loaded: Loaded) => Promise<void>,
): Promise<() => Promise<void>> {
  const bundler = await context({
    ...bundleOptionsFor(path),
    plugins: [
      {
        name: "load",
        setup: (build) => {
          build.onEnd(async ({ errors, outputFiles }) => {
            const [file] = outputFiles ?? [];
            await onLoad(
              file
                ? await readDefinition(path, file.contents).then(
                    (definition) => ({ definition }),
                    (error: unknown) => ({ error }),
                  )
                : {
                    error: cannotLoad(path, formatMessagesSync(errors, { kind: "error" }).join("")),
                  },
            );
          });
        },
      },
    ],
  });
  await bundler.watch();
  return async () => bundler.dispose();
}
