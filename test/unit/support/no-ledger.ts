/** The binding `LEDGER` of a test that needs no ledger. */
export const NO_LEDGER = {
  getByName: () => {
    throw new Error("This test has no ledger");
  },
};
