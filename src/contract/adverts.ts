/**
 * Adverts: whether a text reads like an advertisement, by words that count so much each; the words are data (config/adverts.txt).
 */

/** The rules that texts are weighed by. */
export interface AdvertRules {
  /** Whether the text weighs as much as an advertisement does. */
  isAdvert(text: string): boolean;
  /** What weighed in the text that was found to be one last: "words joined by + @ the weight". */
  readonly evidence: string;
}

/** No words: nothing reads like an advertisement. */
export const NO_ADVERTS: AdvertRules = { isAdvert: () => false, evidence: "" };
