/** What the gallery asks of the service. */
import type { PolicyInfo, Uploader } from "../../client/web/src/index.ts";
import type { GalleryService } from "./gallery.ts";
import { say } from "./settings.ts";

interface GalleryServiceOptions {
  readonly uploader: Uploader;
  readonly policyOf: (name: string) => PolicyInfo | undefined;
  readonly announce: (text: string) => void;
}

/** Creates it. */
export function createGalleryService(options: GalleryServiceOptions): GalleryService {
  const { uploader, policyOf, announce } = options;
  return {
    readUrl: async ({ key, policy, name }, disposition) => {
      const filename = disposition === "attachment" ? { filename: name } : {};
      return (await uploader.download(key, { policy, disposition, ...filename })).url;
    },
    canRemove: ({ policy }) => policyOf(policy)?.delete ?? false,
    remove: async ({ key, policy }) => uploader.remove(key, { policy }),
    removeFailed: ({ name }) => announce(`${name}: ${say("removeFailed")}`),
  };
}
