/** What is on the devices: the newest apps of every user with the moment from which each is there. The one thing that a simulation remembers. */
import { storeConstants } from './constants.js'

export interface InstalledApps {
  /** True where the user's list has been filled. */
  isKnown(user: number): boolean
  add(user: number, app: number, time: number): void
  /** Also of an install that is decided and not done yet: nobody is shown an app twice while it loads. */
  has(user: number, app: number): boolean
  /** Writes the apps that were there before a moment; returns their number. */
  before(user: number, time: number, into: Int32Array): number
}

/** Memory: 96 bytes a user. */
export function createInstalledApps(users: number, firstMoment: number): InstalledApps {
  const slots = storeConstants.installedSlots
  const apps = new Int32Array(users * slots)
  const times = new Uint32Array(users * slots)
  const counts = new Uint32Array(users)
  const filled = (user: number): number => Math.min(slots, counts[user] ?? 0)
  return {
    isKnown: (user) => (counts[user] ?? 0) > 0,
    add: (user, app, time) => {
      const count = counts[user] ?? 0
      const place = user * slots + (count % slots)
      apps[place] = app
      times[place] = Math.max(0, time - firstMoment)
      counts[user] = count + 1
    },
    has: (user, app) => {
      const first = user * slots
      for (let i = first; i < first + filled(user); i++) if (apps[i] === app) return true
      return false
    },
    before: (user, time, into) => {
      const first = user * slots
      let count = 0
      for (let i = first; i < first + filled(user); i++)
        if ((times[i] ?? 0) < time - firstMoment) into[count++] = apps[i] ?? 0
      return count
    },
  }
}
