/**
 * Seed: what fast-check's properties draw from.
 *
 * One seed for all unless PROPERTY_SEED says otherwise, so that a verdict on a commit is the same wherever it is made; a whole number gives
 * another run, and `random` a new one each time (`npm run test:properties`).
 */
import fc from "fast-check";

const wanted = process.env.PROPERTY_SEED ?? "20251124";

if (wanted !== "random") {
  const seed = Number(wanted);
  if (!Number.isSafeInteger(seed)) throw new Error(`PROPERTY_SEED is "${wanted}": give a whole number, or the word random`);
  fc.configureGlobal({ seed });
}
