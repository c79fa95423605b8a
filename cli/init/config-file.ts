/** Writes the `presigner.config.ts` of a new project. */
import { formatConfigValue } from "../format-config-value.ts";
import { STAGING_SUFFIX, STORE, type NewProject } from "./project.ts";

export function writeConfigFile({ origins, provider, store, login, issuer }: NewProject): string {
  const staging = { ...store, bucket: `${store.bucket}${STAGING_SUFFIX}` };
  const imports = ["defineConfig", login, provider].toSorted();
  return `import { ${imports.join(", ")} } from "edge-presigner";

export default defineConfig({
  // The pages that may upload. Apps that are not in a browser need none.
  origins: ${formatConfigValue(origins)},
  issuers: [${login}(${formatConfigValue(issuer)})],
  stores: {
    ${STORE}: ${provider}(${formatConfigValue(store)}),
  },
  defaultPolicy: "image",
  policies: {
    image: {
      store: "${STORE}",
      key: "images/{user}/{id}.{ext}",
      types: ["image/jpeg", "image/png", "image/webp"],
      maxBytes: "10 MB",
      expiresIn: "5 min",
      // For each user.
      quota: { bytes: "1 GB / day" },
    },
  },
  environments: {
    staging: {
      stores: {
        ${STORE}: ${provider}(${formatConfigValue(staging)}),
      },
    },
  },
});
`;
}
