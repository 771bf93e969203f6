/** The users of the store. Nothing is kept of them: who somebody is follows from seed and index whenever it is asked. */
import { randomInteger, randomKey, randomNormal, randomUniform } from '../base/index.js'
import type { SimulatedApps } from './apps.js'
import { ages, countries, countryLanguages, devices, languages, storeConstants, youngest } from './constants.js'

/** Indices into the lists of constants.ts; the age in years. */
export interface SimulatedUser {
  readonly country: number
  readonly age: number
  readonly language: number
  readonly device: number
}

export interface SimulatedUsers {
  user(index: number): SimulatedUser
  /** Writes the `rank` numbers of a user's taste, on a device, of unit variance each. */
  taste(index: number, who: SimulatedUser, into: Float64Array): void
  /** Writes the part of a taste that is the user's own: no column says it, only what the user does. */
  ownTaste(index: number, into: Float64Array): void
  /** Apps on the device of a user who joins while `appCount` apps are out, each once. */
  initialInstalls(index: number, appCount: number): readonly number[]
}

/** Share of users who speak the language of their country, and cumulative shares of devices. */
const nativeShare = 0.8
const deviceShares = [0.7, 0.9]

export function createUsers(apps: SimulatedApps, seed: number): SimulatedUsers {
  const key = (word: string): number => randomKey(seed, 'user', word)
  const keys = { country: key('country'), age: key('age'), native: key('native'), language: key('language') }
  const [ofDevice, ofCount, ofInstall] = [key('device'), key('installs'), key('installed')]
  return {
    user: (index) => {
      const country = randomInteger(keys.country, index, countries.length)
      const isNative = randomUniform(keys.native, index) < nativeShare
      return {
        country,
        age: youngest + randomInteger(keys.age, index, ages),
        language: isNative
          ? languages.indexOf(countryLanguages[country] ?? 'en')
          : randomInteger(keys.language, index, languages.length),
        device: deviceAt(randomUniform(ofDevice, index)),
      }
    },
    ...tastesOf(seed),
    initialInstalls: (index, appCount) => {
      const [fewest, most] = storeConstants.initialInstalls
      const length = fewest + randomInteger(ofCount, index, most - fewest + 1)
      const drawn = Array.from({ length }, (_, i) => apps.draw(randomUniform(ofInstall, index * most + i), appCount))
      return [...new Set(drawn)]
    },
  }
}

/** The device for a uniform number. */
export function deviceAt(share: number): number {
  const index = deviceShares.findIndex((upTo) => share < upTo)
  return index < 0 ? devices.length - 1 : index
}

function tastesOf(seed: number): Pick<SimulatedUsers, 'taste' | 'ownTaste'> {
  const { rank, ownTaste: ownShare } = storeConstants
  const ofOwn = randomKey(seed, 'taste', 'own')
  const table = (word: string, length: number): Float64Array => {
    const key = randomKey(seed, 'taste', word)
    return Float64Array.from({ length: length * rank }, (_, i) => randomNormal(key, i))
  }
  const decades = Math.floor((youngest + ages) / 10) + 1
  const ofCountry = table('country', countries.length)
  const ofDecade = table('decade', decades)
  const ofLanguage = table('language', languages.length)
  const ofDevice = table('device', devices.length)
  // Four independent parts of one variance, and the user's own: the squares of the factors add up to one.
  const [shared, own] = [Math.sqrt((1 - ownShare) / 4), Math.sqrt(ownShare)]
  const ownTaste = (index: number, into: Float64Array): void => {
    for (let i = 0; i < rank; i++) into[i] = own * randomNormal(ofOwn, index * rank + i)
  }
  return {
    ownTaste,
    taste: (index, { country, age, language, device }, into) => {
      ownTaste(index, into)
      const decade = Math.floor(age / 10)
      for (let i = 0; i < rank; i++) {
        const group = (ofCountry[country * rank + i] ?? 0) + (ofDecade[decade * rank + i] ?? 0)
        const habit = (ofLanguage[language * rank + i] ?? 0) + (ofDevice[device * rank + i] ?? 0)
        into[i] = shared * (group + habit) + (into[i] ?? 0)
      }
    },
  }
}
