/** The issuer of users whom the hook `authenticate` names. No configuration can have an issuer of this name. */
export const SESSION_ISSUER = "urn:edge-presigner:session";
