/**
 * What the simulated store is made of. Chosen by the truth alone, not by what models make of it: docs/simulator.md has the
 * reason of each, and a change needs a decision record, for it makes results before and after incomparable.
 */
export const storeConstants = {
  /** Apps that a request shows. */
  positions: 6,
  /** An app at position p (from 0) is examined with probability 1 / (1 + decay · p). */
  examinedDecay: 0.25,
  baseLogit: -4.4,
  /** Standard deviation of the quality of apps. */
  qualitySpread: 0.5,
  /** Dimensions of tastes and traits. */
  rank: 4,
  /** Standard deviation of the low-rank part. */
  tasteSpread: 1,
  /** Share of a taste's variance that is the user's own; the rest is of country, decade of age, language and device alike. */
  ownTaste: 0.1,
  /** Added for each installed app that goes with the one shown. */
  pairStrength: 1.8,
  /** One in so many (installed, shown) pairs of apps goes together. */
  pairRarity: 40,
  /** Standard deviation of the effect of a category at an hour. */
  hourSpread: 0.35,
  /** Added on Saturdays and Sundays. */
  weekendBonus: 0.15,
  /** Added on the day of release of an app that came after the first day; falls by a factor e in `noveltyDays`. */
  noveltyBonus: 0.3,
  noveltyDays: 10,
  /** Added to the logit for an app's page to be opened: every install is an open, and there are about three times as many. */
  openBonus: 1.2,
  /** An app of popularity rank r (from 0) is drawn in proportion to (r + 1) ^ -popularityExponent. */
  popularityExponent: 0.7,
  /** Apps drawn by popularity for a request, of which the policy shows the best. */
  candidates: 12,
  /** Weight of the user's taste in the policy, beside noise of the standard Gumbel distribution. */
  policyTaste: 0.5,
  /** The share by which users, apps and requests of a day grow, of those of the first day. */
  userGrowth: 0.01,
  appGrowth: 0.005,
  /** A user is drawn as the uniform number to this power: who came first comes more often. */
  loyalty: 1.3,
  requestsPerUserDay: 1,
  /** The newest apps on a device that count. */
  installedSlots: 12,
  initialInstalls: [3, 6],
  /** Share of installs that come hours later, and of actions that become known hours later. */
  slowInstalls: 0.05,
  slowHours: 4,
  lateActions: 0.03,
  lateHours: 24,
} as const

export const categories = [
  ...['games', 'music', 'travel', 'finance', 'health', 'news', 'photo', 'tools', 'sports', 'food'],
  ...['books', 'education', 'weather', 'shopping', 'social', 'maps', 'video', 'dating', 'family', 'business'],
] as const
export const countries = ['de', 'fr', 'jp', 'us', 'br', 'in', 'gb', 'es', 'it', 'kr', 'mx', 'ng'] as const
/** The language most spoken in each country. */
export const countryLanguages = ['de', 'fr', 'ja', 'en', 'pt', 'hi', 'en', 'es', 'it', 'ko', 'es', 'en'] as const
export const languages = ['en', 'es', 'de', 'fr', 'ja', 'pt', 'hi', 'it', 'ko'] as const
export const devices = ['phone', 'tablet', 'desktop'] as const
export const youngest = 14
export const ages = 60
export const secondsPerDay = 86_400
/** Thursday 1 January 2026, 00:00 UTC, in seconds. */
export const firstSecond = 1_767_225_600
export const firstWeekday = 3
