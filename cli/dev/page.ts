/** The page to try the policies with: at `/`, or at `/dev/` where the project has a Worker of its own. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProjectWorker } from "./find-worker.ts";

/** The built page: of the clone, or in the package. */
const SOURCE = fileURLToPath(new URL("../../demo/public", import.meta.url));

const TIMEOUT_MS = 5000;

/** Returns the path of the page, or `undefined` where the assets are the project's own. */
export function pagePath(project: ProjectWorker | undefined): string | undefined {
  if (project?.entry === undefined) return "/";
  return project.config.assets ? undefined : "/dev/";
}

/** Copies the page into a folder, and returns the folder of assets that has it at its path. */
export function writePage(path: string, folder: string): string {
  if (path === "/") return SOURCE;
  const assets = join(folder, "assets");
  cpSync(SOURCE, join(assets, path), { recursive: true });
  cpSync(join(SOURCE, "_headers"), join(assets, "_headers"));
  return assets;
}

/** Returns the path of the page, if it works: the project's Worker may not pass on what the page asks for. */
export async function findPage(
  url: string,
  project: ProjectWorker | undefined,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const token = await fetch(new URL("/dev/token?user=page", url), { signal }).catch(
    () => undefined,
  );
  return token?.ok ? pagePath(project) : undefined;
}
