/** Everything outside of the service: an issuer's published keys, and a store that creates multipart uploads. */

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default {
  fetch(request: Request, { JWKS }: { readonly JWKS: string }): Response {
    if (new URL(request.url).pathname.endsWith("/jwks.json"))
      return new Response(JWKS, { headers: { "content-type": "application/json" } });
    return new Response(
      "<InitiateMultipartUploadResult><UploadId>benchmark</UploadId></InitiateMultipartUploadResult>",
      { headers: { "content-type": "application/xml" } },
    );
  },
};
