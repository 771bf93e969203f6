/** Writes who the users and what the apps of a simulated store are. */
import { join } from 'node:path'
import { randomInteger, randomKey } from '../base/index.js'
import { categories, countries, devices, firstSecond, languages, secondsPerDay } from './constants.js'
import { createCsvFile } from './csv-file.js'
import type { AppStore } from './requests.js'

const longestMembershipDays = 365

export const userName = (user: number): string => `u${String(user + 1)}`
export const appName = (app: number): string => `a${String(app + 1)}`

/** Apps that are out by the last day, in order of release. */
export function writeApps(directory: string, { apps, plan }: AppStore): void {
  const file = createCsvFile(join(directory, 'apps.csv'), 'app,title,category,released')
  for (let app = 0; app < apps.count; app++) {
    const released = String(firstSecond + plan.releaseDay(app) * secondsPerDay)
    file.row([appName(app), apps.title(app), categories[apps.category[app] ?? 0] ?? '', released].join(','))
  }
  file.close(true)
}

/** Users who have joined by the last day, in order of joining but for those of before the first. */
export function writeUsers(directory: string, store: AppStore, seed: number): void {
  const { users, plan } = store
  const file = createCsvFile(join(directory, 'users.csv'), 'user,country,age,language,main_device,joined,initial')
  const count = plan.usersOn(plan.days - 1)
  const joined = createJoinMoments(store, seed)
  for (let user = 0; user < count; user++) {
    const { country, age, language, device } = users.user(user)
    const who = [countries[country] ?? '', String(age), languages[language] ?? '', devices[device] ?? '']
    const initial = initialApps(store, user).map(appName).join('|')
    file.row([userName(user), ...who, String(joined(user)), initial].join(','))
  }
  file.close(true)
}

export function initialApps({ users, plan }: AppStore, user: number): readonly number[] {
  return users.initialInstalls(user, plan.appsOn(plan.joinDay(user)))
}

/** When a user joined, in seconds since 1970: always before the first request. */
export function createJoinMoments({ plan }: Pick<AppStore, 'plan'>, seed: number): (user: number) => number {
  const key = randomKey(seed, 'joined')
  return (user) => {
    const day = plan.joinDay(user)
    const earlier = day > 0 ? 0 : randomInteger(key, user, longestMembershipDays * secondsPerDay)
    return firstSecond + day * secondsPerDay - 1 - earlier
  }
}
