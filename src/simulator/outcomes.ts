/** What comes of an impression: nothing, a page opened, an app installed; when it happened, and when it became known. */
import { randomInteger, randomKey, randomUniform } from '../base/index.js'
import { storeConstants } from './constants.js'

/** Seconds since 1970. */
export interface SimulatedEvent {
  readonly time: number
  /** When the log had it: mostly at once, sometimes hours later. */
  readonly received: number
}

export interface Outcome {
  readonly opened: SimulatedEvent | null
  /** Never without `opened`. */
  readonly installed: SimulatedEvent | null
}

export interface Display {
  /** Number of the impression. */
  readonly impression: number
  readonly time: number
  readonly examined: number
  readonly logit: number
}

const nothing: Outcome = { opened: null, installed: null }
const openSeconds = 30
const installSeconds = 90
/** A page is read before its app is installed. */
const readingSeconds = 3
const transportSeconds = 3

export function createOutcomes(seed: number): (display: Display) => Outcome {
  const { openBonus, slowInstalls, slowHours, lateActions, lateHours } = storeConstants
  const key = (word: string): number => randomKey(seed, 'outcome', word)
  const [ofLabel, ofOpening, ofReading, ofSlow] = [key('label'), key('opening'), key('reading'), key('slow')]
  const [ofTransport, ofLate] = [key('transport'), key('late')]
  const eventAt = (time: number, counter: number): SimulatedEvent => {
    const late = randomUniform(ofLate, counter) / lateActions
    const delay = late < 1 ? Math.floor(late * lateHours * 3600) : 0
    return { time, received: time + delay + randomInteger(ofTransport, counter, transportSeconds) }
  }
  return ({ impression, time, examined, logit }) => {
    // One draw for both: who installs has opened.
    const draw = randomUniform(ofLabel, impression) / examined
    if (draw >= 1 / (1 + Math.exp(-logit - openBonus))) return nothing
    const openTime = time + 1 + randomInteger(ofOpening, impression, openSeconds)
    const opened = eventAt(openTime, 2 * impression)
    if (draw >= 1 / (1 + Math.exp(-logit))) return { opened, installed: null }
    const slow = randomUniform(ofSlow, impression) / slowInstalls
    const delay = slow < 1 ? Math.floor(slow * slowHours * 3600) : randomInteger(ofReading, impression, installSeconds)
    return { opened, installed: eventAt(openTime + readingSeconds + delay, 2 * impression + 1) }
  }
}
