/** IIdentity.Kind. */
export const IdentityKind = {person: 0, organisation: 1, agent: 2} as const;
export type IdentityKind = (typeof IdentityKind)[keyof typeof IdentityKind];
