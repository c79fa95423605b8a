/** Writes the `README.md` of a new project. */

export function writeReadme(name: string): string {
  return `# ${name}

Apps upload files straight into a bucket, with tickets that this Worker signs: [\`presigner.config.ts\`](presigner.config.ts) says who may upload what.

\`\`\`sh
npm install
npm run dev
npm run check
npm test
\`\`\`

\`npx edge-presigner token alice\` prints a token for the development server.

## Deploy

1. \`npx edge-presigner setup\` prints what the bucket needs.
2. Set each secret of [\`wrangler.toml\`](wrangler.toml): \`npx wrangler secret put NAME --env=""\`. \`npx edge-presigner keys\` makes those of the Worker.
3. \`npm run deploy\`. Staging: \`npm run deploy -- --env staging\`.

## Deploy button

If this repository is public, others can deploy a copy of it to their own Cloudflare account. Put your address into this line, and the line into this file:

\`\`\`md
[![Deploy to Cloudflare](https://deploy.workers.cloudflare.com/button)](https://deploy.workers.cloudflare.com/?url=https://github.com/OWNER/REPOSITORY)
\`\`\`

Cloudflare asks for each line of [\`.dev.vars.example\`](.dev.vars.example), with its description in \`package.json\`. A value in that file would become theirs, so leave them empty. They get your \`presigner.config.ts\`: in a template for others, write example values for what is theirs, such as \`YOUR-BUCKET\` or an account of 32 zeros. \`npm run deploy\` fails until they have replaced them.
`;
}
