/** Writes the `README.md` of a new project. */

export function writeReadme(name: string): string {
  return `# ${name}

Apps upload files straight into a bucket, with tickets that this Worker signs. [\`presigner.config.ts\`](presigner.config.ts) defines who may upload what.

\`\`\`sh
npm install
npm run dev
npm run check
npm test
\`\`\`

\`npx edge-presigner token alice\` prints a token for the development server.

## Deploy

1. \`npx edge-presigner setup\` prints what the bucket needs.
2. Set each secret of [\`wrangler.toml\`](wrangler.toml): \`npx wrangler secret put NAME --env=""\`. \`npx edge-presigner keys\` creates those that do not come from the store.
3. \`npm run deploy\`. Staging: \`npm run deploy -- --env staging\`.

## Deploy button

If this repository is public, others can deploy a copy of it to their own Cloudflare account. Put the address of your repository into this line, and move it out of this code block:

\`\`\`md
[![Deploy to Cloudflare](https://deploy.workers.cloudflare.com/button)](https://deploy.workers.cloudflare.com/?url=https://github.com/OWNER/REPOSITORY)
\`\`\`

Cloudflare asks for each secret of [\`.dev.vars.example\`](.dev.vars.example), and shows its description of \`package.json\`. It offers the values in that file to everybody, so leave them empty. The copy has your \`presigner.config.ts\`: write example values into it, such as \`YOUR-BUCKET\` or an account of 32 zeros. \`npm run deploy\` fails until they are replaced.
`;
}
